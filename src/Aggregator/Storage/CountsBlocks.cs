using System.Buffers;
using System.IO.Compression;
using LinkTracker.Aggregator.Counting;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Single clicks as rows of some thousand. While a window of log addresses grows, every transaction adds one small plain row;
/// once the log has moved on, they become one compressed row. So no transaction writes again what is stored already.
/// </summary>
internal sealed class CountsBlocks(SqliteConnection connection, ILogger logger) : IDisposable
{
    // 3 of 11: half the time of 5 for a tenth more bytes, on blocks of user agents and referrers.
    private const int Quality = 3;
    private const int WindowBits = 18;

    private readonly SqliteCommand _insert = connection.Prepare(
        """
        INSERT INTO click_blocks (partition, edge, epoch, window, first_address, sealed, first_time, last_time, count, links, data)
        VALUES (@p, @e, @i, @w, @a, @s, @from, @to, @c, @l, @d)
        """,
        "@p", "@e", "@i", "@w", "@a", "@s", "@from", "@to", "@c", "@l", "@d");

    private readonly SqliteCommand _openWindows = connection.Prepare(
        "SELECT DISTINCT window FROM click_blocks WHERE sealed = 0 AND partition = @p AND edge = @e AND epoch = @i AND window < @w", "@p", "@e", "@i", "@w");

    private readonly SqliteCommand _openRows = connection.Prepare(
        "SELECT data, count FROM click_blocks WHERE sealed = 0 AND partition = @p AND edge = @e AND epoch = @i AND window = @w ORDER BY first_address", "@p", "@e", "@i", "@w");

    private readonly SqliteCommand _dropOpenRows = connection.Prepare(
        "DELETE FROM click_blocks WHERE sealed = 0 AND partition = @p AND edge = @e AND epoch = @i AND window = @w", "@p", "@e", "@i", "@w");

    public SqliteTransaction? Transaction { get; set; }

    public void Store(IReadOnlyList<ClickPart> parts)
    {
        foreach (var command in (SqliteCommand[])[_insert, _openWindows, _openRows, _dropOpenRows])
        {
            command.Transaction = Transaction;
        }

        foreach (var ofLog in parts.GroupBy(part => part.Log))
        {
            // The window the log is in stays open; every one before it is complete.
            var newest = ofLog.Max(part => part.Window);
            var complete = ofLog.Where(part => part.Window < newest).ToDictionary(part => part.Window);
            foreach (var window in OpenWindowsBefore(ofLog.Key, newest).Union(complete.Keys))
            {
                Seal(ofLog.Key, window, complete.GetValueOrDefault(window));
            }

            foreach (var part in ofLog.Where(part => part.Window == newest))
            {
                Insert(part, isSealed: false, part.Data.ToArray());
            }
        }
    }

    /// <exception cref="DamagedBlockException">The data is not what was packed.</exception>
    public static byte[] Unpack(byte[] data)
    {
        using var packed = new MemoryStream(data);
        using var brotli = new BrotliStream(packed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        try
        {
            brotli.CopyTo(plain);
        }
        catch (Exception exception) when (exception is InvalidOperationException or InvalidDataException)
        {
            throw new DamagedBlockException("A packed block of stored clicks cannot be unpacked.", exception);
        }

        return plain.ToArray();
    }

    public void Dispose()
    {
        _insert.Dispose();
        _openWindows.Dispose();
        _openRows.Dispose();
        _dropOpenRows.Dispose();
    }

    private void Seal(LogKey log, long window, ClickPart? last)
    {
        var whole = new ClickPart(log, window);
        using (var reader = _openRows.With(log.Partition, (long)log.Edge, (long)log.Epoch, window).ExecuteReader())
        {
            while (reader.Read())
            {
                AddAll(whole, reader.GetFieldValue<byte[]>(0), reader.GetInt64(1));
            }
        }

        if (last is not null)
        {
            AddAll(whole, last.Data.Span, last.Count);
        }

        _dropOpenRows.With(log.Partition, (long)log.Edge, (long)log.Epoch, window).ExecuteNonQuery();
        if (whole.Count > 0)
        {
            Insert(whole, isSealed: true, Pack(whole.Data.Span));
        }
    }

    // What cannot be read is left out and said: the sums have its clicks, and counting must go on.
    private void AddAll(ClickPart whole, ReadOnlySpan<byte> data, long count)
    {
        var before = whole.Count;
        try
        {
            foreach (var click in ClickPart.Read(data))
            {
                whole.Add(click.Address, click.Disposition, click.Unique, click.Record, click.Bytes);
            }

            DamagedBlockException.ThrowUnless(whole.Count - before, count);
        }
        catch (DamagedBlockException exception)
        {
            Log.BlockDamaged(logger, exception, whole.Log.Edge, whole.Log.Epoch, whole.Window);
        }
    }

    private void Insert(ClickPart part, bool isSealed, byte[] data) => _insert.With(
        part.Log.Partition,
        (long)part.Log.Edge,
        (long)part.Log.Epoch,
        part.Window,
        part.FirstAddress,
        isSealed ? 1 : 0,
        part.FirstTimeMs,
        part.LastTimeMs,
        part.Count,
        CountsLinkFilter.Build(part.Links),
        data).ExecuteNonQuery();

    private List<long> OpenWindowsBefore(LogKey log, long window)
    {
        var windows = new List<long>();
        using var reader = _openWindows.With(log.Partition, (long)log.Edge, (long)log.Epoch, window).ExecuteReader();
        while (reader.Read())
        {
            windows.Add(reader.GetInt64(0));
        }

        return windows;
    }

    private static byte[] Pack(ReadOnlySpan<byte> data)
    {
        var packed = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(data.Length));
        try
        {
            if (!BrotliEncoder.TryCompress(data, packed, out var length, Quality, WindowBits))
            {
                throw new InvalidOperationException("The buffer for a packed block is too small.");
            }

            return packed[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }
}
