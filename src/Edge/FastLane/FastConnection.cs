using System.Buffers;
using System.IO.Pipelines;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Redirects;
using Microsoft.AspNetCore.Connections;

namespace LinkTracker.Edge.FastLane;

/// <summary>
/// One connection of the redirect port, for as long as its requests are plain. Each turn, in order:
/// <code>
///   1  read      whatever has come
///   2  answer    every whole request in it, up to a number; a request that is not plain ends the turn, untouched
///   3  wait      for the one commit that makes all those clicks durable
///   4  send      all those answers at once
///   5  go on, hand the connection over with all that is unread, or end it
/// </code>
/// </summary>
internal sealed class FastConnection(FastLane lane, ConnectionContext connection, CommitWaiter waiter, ConnectionWatch watch)
{
    /// <summary>Most bytes of a head that are looked at; unread ones beyond would grow the buffer, as looking does not count as reading.</summary>
    public const int MaxHeadBytes = 8 << 10;

    /// <summary>Most answers that one send holds: some 16 KB.</summary>
    private const int MaxAnswers = 32;

    [ThreadStatic]
    private static byte[]? _scratch;

    private readonly byte[] _peer = AddressOf(connection);

    private enum Next
    {
        /// <summary>There may be more whole requests in the buffer.</summary>
        GoOn,

        /// <summary>More bytes are needed.</summary>
        Read,

        HandOver,

        Close,
    }

    /// <summary>True when the connection is to be handed over; false when it is to be closed.</summary>
    public async Task<bool> RunAsync()
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            // :: 1
            var read = await input.ReadAsync();
            var buffer = read.Buffer;
            var start = lane.Metrics.StartTurn();

            // :: 2
            var next = Answer(ref buffer, output, out var answers, out var wait);
            next = next == Next.Read ? AfterLast(read, buffer, output, ref answers) : next;

            // Asked before the pipe takes its memory back.
            var isRead = buffer.IsEmpty;
            input.AdvanceTo(buffer.Start, next == Next.Read ? buffer.End : buffer.Start);
            if (answers > 0)
            {
                // :: 3
                if (!wait.IsNothing)
                {
                    watch.Enter(ConnectionPhase.Committing);
                    await lane.Clicks.WaitAsync(wait, waiter);
                }

                // :: 4
                watch.Enter(ConnectionPhase.Flushing);
                next = (await output.FlushAsync()).IsCompleted ? Next.Close : next;
                lane.Metrics.EndTurn(start, answers);
            }

            // :: 5
            switch (next)
            {
                case Next.HandOver:
                    return true;
                case Next.Close:
                    return false;
                case Next.Read when !isRead && answers == 0:
                    watch.StayIn(ConnectionPhase.Head);
                    break;
                default:
                    watch.Enter(isRead ? ConnectionPhase.Idle : ConnectionPhase.Head);
                    break;
            }
        }
    }

    private Next Answer(ref ReadOnlySequence<byte> buffer, PipeWriter output, out int answers, out ClickWait wait)
    {
        wait = default;

        // Asked once: a connection must not end behind an answer that did not say so.
        var isLast = watch.IsStopping;
        for (answers = 0; answers < MaxAnswers; answers++)
        {
            if (buffer.IsEmpty)
            {
                return Next.Read;
            }

            var request = new RedirectRequest { PeerAddress = _peer };
            switch (Parse(buffer, ref request, out var length))
            {
                case HeadKind.Incomplete:
                    return buffer.Length < MaxHeadBytes ? Next.Read : Next.HandOver;
                case HeadKind.Plain when !EdgePaths.IsOwn(request.Key):
                    wait = wait.And(lane.Answer(request, output, closes: isLast));
                    buffer = buffer.Slice(length);
                    break;
                default:
                    return Next.HandOver;
            }

            if (isLast)
            {
                answers++;
                return Next.Close;
            }
        }

        return Next.GoOn;
    }

    private HeadKind Parse(in ReadOnlySequence<byte> buffer, ref RedirectRequest request, out int length)
    {
        var kind = lane.Parse(buffer.FirstSpan, ref request, out length);
        if (kind != HeadKind.Incomplete || buffer.IsSingleSegment)
        {
            return kind;
        }

        // The head lies across the edge of two segments, once in several thousand bytes.
        var scratch = _scratch ??= new byte[MaxHeadBytes];
        var head = buffer.Slice(0, Math.Min(buffer.Length, scratch.Length));
        head.CopyTo(scratch);
        request = new RedirectRequest { PeerAddress = _peer };
        return lane.Parse(scratch.AsSpan(0, (int)head.Length), ref request, out length);
    }

    /// <summary>What to do when no whole request is left; the read may have been the last, or have been cut short by the watch.</summary>
    private Next AfterLast(ReadResult read, in ReadOnlySequence<byte> buffer, PipeWriter output, ref int answers)
    {
        if (read.IsCompleted)
        {
            // Half a request, and the end of it, is the HTTP layer's to judge.
            return buffer.IsEmpty ? Next.Close : Next.HandOver;
        }

        if (!read.IsCanceled || answers > 0)
        {
            return Next.Read;
        }

        if (buffer.IsEmpty)
        {
            return Next.Close;
        }

        if (!watch.IsTimedOut)
        {
            return Next.Read;
        }

        lane.AnswerLate(output);
        answers++;
        return Next.Close;
    }

    private static byte[] AddressOf(ConnectionContext connection)
    {
        Span<byte> bytes = stackalloc byte[VisitorAddress.MaxLength];
        return bytes[..VisitorAddress.Write((connection.RemoteEndPoint as System.Net.IPEndPoint)?.Address, bytes)].ToArray();
    }
}
