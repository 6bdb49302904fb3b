namespace LinkTracker.Aggregator.Fraud.Lists;

/// <summary>What is to be said of a list whatever is in it.</summary>
internal abstract class OperatorList
{
    /// <summary>As an environment variable.</summary>
    public abstract string Setting { get; }

    public abstract bool IsSet { get; }

    /// <summary>Why there is no such list now; null when there is.</summary>
    public abstract string? Failure { get; }
}

/// <summary>
/// A list that the operator keeps in a file, such as of throw-away mailboxes. It is read again when it changes; while it cannot be read
/// there is none, rather than an old one.
/// </summary>
/// <remarks>Safe for many threads at once.</remarks>
internal sealed class OperatorList<T>(string name, string? path, Func<IEnumerable<ListLine>, T> parse, TimeProvider clock, ILogger logger) : OperatorList
    where T : class
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly Lock _turn = new();
    private Reading _reading = new(null, $"{name} is not set");
    private (DateTime Written, long Length)? _seen;
    private long? _lookedAt;

    public override string Setting => name;

    public override bool IsSet => path is not null;

    /// <summary>Null when there is no such list now: <see cref="Failure"/> tells why.</summary>
    public T? Value => Now().Value;

    public override string? Failure => Now().Failure;

    private Reading Now()
    {
        if (path is null)
        {
            return _reading;
        }

        lock (_turn)
        {
            if (_lookedAt is not { } lookedAt || clock.GetElapsedTime(lookedAt) >= Look)
            {
                _lookedAt = clock.GetTimestamp();
                ReadIfChanged(path);
            }

            return _reading;
        }
    }

    private void ReadIfChanged(string file)
    {
        var before = _reading.Failure;
        try
        {
            var info = new FileInfo(file);
            var seen = (info.LastWriteTimeUtc, info.Length);
            if (_seen != seen)
            {
                _reading = new Reading(parse(ListLine.Of(File.ReadLines(file))), null);
                _seen = seen;
            }
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException)
        {
            // A path may tell of people; who runs this knows it from the setting.
            _seen = null;
            _reading = new Reading(null, $"{name}: {(wrong is FormatException ? wrong.Message : "the file is missing or cannot be read")}");
            if (before != _reading.Failure)
            {
                Log.ListUnavailable(logger, _reading.Failure!);
            }
        }
    }

    private sealed record Reading(T? Value, string? Failure);
}
