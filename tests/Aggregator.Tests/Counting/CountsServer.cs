using System.Globalization;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Storage.Postgres;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Contracts.Clicks;
using Npgsql;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>Counts in a PostgreSQL, with the verbs of one who holds its partitions.</summary>
internal sealed class CountsServer : IAsyncDisposable
{
    private static readonly BotRules Rules = BotRules.Embedded;

    private readonly ClickClassifier _classifier = new(Rules);
    private readonly Dictionary<int, VisitorDays> _visitors = [];
    private readonly string _connectionString;
    private readonly NpgsqlDataSource _source;
    private readonly bool _isTheDatabases;

    public CountsServer(string connectionString, bool isTheDatabases = false)
    {
        _isTheDatabases = isTheDatabases;
        _connectionString = connectionString;
        _source = CountsSource.Open(connectionString, most: 8);
        Counts = new PostgresCounts(_source, TimeProvider.System, CountsLogger);
        Clicks = new PostgresClicks(_source, ClicksLogger);
    }

    public PostgresCounts Counts { get; }

    public PostgresClicks Clicks { get; }

    public TestLogger<PostgresCounts> CountsLogger { get; } = new();

    public TestLogger<PostgresClicks> ClicksLogger { get; } = new();

    public int Port => new NpgsqlConnectionStringBuilder(_connectionString).Port;

    /// <summary>Of the lease under which batches are made.</summary>
    public long Fence { get; set; } = 1;

    public static async Task<CountsServer> CreateAsync() => new(await PostgresDatabases.CreateAsync(), isTheDatabases: true);

    /// <summary>Another process on the same database.</summary>
    public CountsServer Other() => new(_connectionString) { Fence = Fence };

    /// <summary>Another process, whose way to the database leads through this port.</summary>
    public CountsServer Behind(int port) => new(new NpgsqlConnectionStringBuilder(_connectionString) { Port = port }.ConnectionString) { Fence = Fence };

    /// <summary>Counts slices, those of a partition as one batch, from what is stored.</summary>
    public void Count(params IEnumerable<ClickSlice> slices)
    {
        foreach (var ofPartition in slices.GroupBy(slice => slice.Partition))
        {
            Commit(Fold(ofPartition));
            _visitors[ofPartition.Key].Trim();
        }
    }

    /// <summary>A batch of slices of one partition, each a record, with the step that it is.</summary>
    public (CountBatch Batch, PartitionStep Step) Fold(params IEnumerable<ClickSlice> slices)
    {
        var all = slices.ToList();
        return Fold(all[0].Partition, all.Count, fold => all.ForEach(fold.Add));
    }

    public (CountBatch Batch, PartitionStep Step) Fold(int partition, int records, Action<ClickFold> work)
    {
        var state = Counts.Read(partition);
        var fold = new ClickFold(_classifier, VisitorsOf(partition), state?.Logs ?? new Dictionary<LogKey, LogProgress>());
        work(fold);
        var before = state?.Position;
        return (fold.Batch, new PartitionStep(partition, Fence, before, new PartitionPosition(before?.Era ?? 0, (before?.Offset ?? 0) + records)));
    }

    /// <summary>A batch of slices of one partition that grew out of one for each, as between two snapshots.</summary>
    public (CountBatch Batch, PartitionStep Step) Merge(IReadOnlyList<ClickSlice> slices)
    {
        var partition = slices[0].Partition;
        var (_, step) = Fold(partition, slices.Count, _ => { });
        var stored = Counts.Read(partition)?.Logs ?? new Dictionary<LogKey, LogProgress>();
        return (MergedBatches.Of(_classifier, VisitorsOf(partition), stored, slices).Merge(), step);
    }

    public void Commit((CountBatch Batch, PartitionStep Step) made) => Counts.Commit(made.Batch, made.Step);

    /// <summary>As another process would: nothing in memory is left, and the fence is higher.</summary>
    public void TakeOver()
    {
        _visitors.Clear();
        Fence++;
    }

    public ClickTally Total(int partition = 0)
    {
        using var snapshot = Counts.Snapshot(partition);
        var total = default(ClickTally);
        foreach (var (_, tally) in snapshot.Days.Where(row => row.Key is { Dimension: Dimension.Total, LinkId: CountKey.AllLinks }))
        {
            total.Add(tally);
        }

        return total;
    }

    /// <summary>What is in quarantine, the oldest first.</summary>
    public List<QuarantinedRange> Quarantine() => [.. Clicks.Quarantine(1_000, 0).Reverse().Select(entry => entry.Range)];

    /// <summary>Every number there is, partitions added up, as <see cref="CountsFile.Everything"/> writes them.</summary>
    public string Everything() => string.Concat(Query(
        """
        SELECT 'hour' AS kind, dimension, link_id, bucket, value, SUM(raw), SUM(valid), SUM(unique_visitors), SUM(head), SUM(prefetch), SUM(link_preview), SUM(bot), SUM(duplicate)
        FROM click_hours GROUP BY dimension, link_id, bucket, value
        UNION ALL
        SELECT 'day', dimension, link_id, bucket, value, SUM(raw), SUM(valid), SUM(unique_visitors), SUM(head), SUM(prefetch), SUM(link_preview), SUM(bot), SUM(duplicate)
        FROM click_days GROUP BY dimension, link_id, bucket, value
        ORDER BY 1, 2, 3, 4, 5
        """).Select(row => row + "\n"));

    /// <summary>The stored clicks in the order of their tokens, which a test log counts up.</summary>
    public List<(string Token, Disposition Disposition, bool Unique)> AllClicks()
    {
        var clicks = new List<(string Token, Disposition, bool)>();
        Clicks.Scan(new ClickScan { FromMs = 0, ToMs = long.MaxValue }, (in StoredClick click) =>
            clicks.Add((click.Record.Token.Sealed.ToString("x16", null), click.Disposition, click.Unique)));
        return [.. clicks.OrderBy(click => click.Token, StringComparer.Ordinal)];
    }

    /// <summary>As before the first click.</summary>
    public void Clear()
    {
        Run("TRUNCATE counting_positions, counting_logs, click_hours, click_days, last_clicks, click_blocks, quarantine");
        _visitors.Clear();
    }

    /// <summary>Changes the tables behind the counts' back.</summary>
    public void Run(string sql)
    {
        using var command = _source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    /// <summary>Keeps the locks of a statement until disposed of.</summary>
    public IDisposable Hold(string sql)
    {
        var connection = _source.OpenConnection();
        using var command = new NpgsqlCommand(sql, connection, connection.BeginTransaction());
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Rows with their fields parted by '|'.</summary>
    public List<string> Query(string sql)
    {
        using var command = _source.CreateCommand(sql);
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        var values = new object[reader.FieldCount];
        while (reader.Read())
        {
            reader.GetValues(values);
            rows.Add(string.Join('|', values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        if (_isTheDatabases)
        {
            await PostgresDatabases.DropAsync([_connectionString]);
        }
    }

    private VisitorDays VisitorsOf(int partition)
    {
        if (!_visitors.TryGetValue(partition, out var visitors))
        {
            visitors = new VisitorDays((day, into) => Clicks.LoadDay(partition, day, into));
            _visitors.Add(partition, visitors);
        }

        return visitors;
    }
}
