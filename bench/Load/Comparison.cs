namespace LinkTracker.Load;

/// <summary>The samples of several servers, taken in turn; one of them is what the others are compared with.</summary>
internal sealed class Comparison(string title, string baseline)
{
    private readonly Dictionary<string, List<Sample>> _samples = [];

    public string Title => title;

    public IEnumerable<string> Names => _samples.Keys;

    public IReadOnlyList<Sample> Of(string name) => _samples[name];

    public void Add(string name, Sample sample)
    {
        if (!_samples.TryGetValue(name, out var samples))
        {
            _samples[name] = samples = [];
        }

        samples.Add(sample);
    }

    public Spread Figure(string name, Func<Sample, double> figure) => Spread.Of(_samples[name].Select(figure));

    /// <summary>Compared round by round, because a machine that is slow for a while is so for both.</summary>
    public Spread Ratio(string name, Func<Sample, double> figure) =>
        Spread.Of(_samples[name].Zip(_samples[baseline], (sample, other) => figure(sample) / figure(other)));
}

/// <summary>A median, with the least and the greatest.</summary>
internal readonly record struct Spread(double Median, double Least, double Greatest)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }
}
