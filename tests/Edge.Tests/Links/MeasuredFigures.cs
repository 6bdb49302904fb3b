using System.Diagnostics.Metrics;
using System.Text.Json;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Tests.Links;

/// <summary>What one Edge measures: counters add up from here on, what is observed is read when asked for.</summary>
internal sealed class MeasuredFigures : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _values = [];

    public MeasuredFigures(IMeterFactory meters)
    {
        // Other tests run in this process, and have instruments of the same name.
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Meter.Name == EdgeMetrics.MeterName)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The figures of the sections as numbers, by section and name.</summary>
    public static Dictionary<string, long> Read(IEnumerable<IStatsSection> sections, params string[] without) =>
        sections
            .SelectMany(
                section => JsonSerializer.SerializeToElement(section.Read(), JsonSerializerOptions.Web).EnumerateObject(),
                (section, field) => (Path: $"{section.Name}.{field.Name}", field.Value))
            .Where(figure => !without.Contains(figure.Path))
            .ToDictionary(figure => figure.Path, figure => figure.Value.ValueKind switch
            {
                JsonValueKind.True => 1,
                JsonValueKind.False => 0,
                _ => figure.Value.GetInt64(),
            });

    public Dictionary<string, long> Collect()
    {
        _listener.RecordObservableInstruments();
        lock (_values)
        {
            return new Dictionary<string, long>(_values);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = tags.IsEmpty ? instrument.Name : $"{instrument.Name} {tags[0].Value}";
        lock (_values)
        {
            _values[name] = instrument.IsObservable ? value : _values.GetValueOrDefault(name) + value;
        }
    }
}
