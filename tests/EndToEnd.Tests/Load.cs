namespace LinkTracker.EndToEnd.Tests;

/// <summary>
/// Clicks one link from several visitors at once until it is stopped, and remembers which clicks were answered.
/// </summary>
internal sealed class Load : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Token, long At)> _answered = [];
    private readonly Task[] _visitors;
    private int _sent;
    private int _ended;

    /// <param name="limit">No more clicks than this are sent, so that the loop is bounded.</param>
    public Load(Clicker clicker, string key, int visitors, int limit)
    {
        _visitors = [.. Enumerable.Range(0, visitors).Select(visitor => Task.Run(() => VisitAsync(clicker, key, visitor, limit)))];
    }

    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Tokens of the clicks whose redirect arrived.</summary>
    public IEnumerable<string> Answered => _answered.Select(answer => answer.Token);

    /// <summary>Tokens of the clicks whose redirect had arrived before a moment, a timestamp of the system's clock.</summary>
    public IEnumerable<string> AnsweredBefore(long moment) =>
        _answered.Where(answer => answer.At < moment).Select(answer => answer.Token);

    /// <summary>True once the server is gone for every visitor.</summary>
    public bool Ended => Volatile.Read(ref _ended) == _visitors.Length;

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_visitors);
    }

    public void Dispose() => _stop.Dispose();

    private async Task VisitAsync(Clicker clicker, string key, int visitor, int limit)
    {
        var userAgent = $"{Clicker.Chrome} visitor/{visitor}";
        try
        {
            while (!_stop.IsCancellationRequested && Interlocked.Increment(ref _sent) <= limit)
            {
                var token = await clicker.ClickForTokenAsync(key, userAgent, CancellationToken.None);
                lock (_answered)
                {
                    _answered.Add((token, TimeProvider.System.GetTimestamp()));
                }
            }
        }
        catch (HttpRequestException)
        {
            // The server was killed: this visitor's last click was sent and not answered.
        }
        finally
        {
            Interlocked.Increment(ref _ended);
        }
    }
}
