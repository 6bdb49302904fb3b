using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LinkTracker.Edge;

/// <summary>
/// Lets work be done by the threads that poll the sockets, one of each core in turn. The answers that waited for a commit go out
/// there: sent by the pool, they would take the cores from the threads that receive, several times for each commit.
/// </summary>
/// <remarks>
/// A byte through a pair of sockets wakes such a thread, which is the one way in that it has. Where sockets do not complete inline
/// (see <see cref="EdgeExtensions.CompleteInline"/>), the pool does the work after all.
/// </remarks>
internal sealed partial class IoThreads : IDisposable
{
    private readonly Bell[] _bells = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Bell())];
    private uint _next;

    /// <summary>Never blocks. The work must neither block nor throw: it runs where connections are served.</summary>
    public void Run(IThreadPoolWorkItem work) => _bells[Interlocked.Increment(ref _next) % (uint)_bells.Length].Ring(work);

    /// <summary>Work that was not begun is left.</summary>
    public void Dispose() => Array.ForEach(_bells, bell => bell.Dispose());

    private sealed partial class Bell : IDisposable
    {
        private const int UnixDomain = 1;
        private const int StreamClosedOnExec = 1 | 0x80000;

        private readonly ConcurrentQueue<IThreadPoolWorkItem> _work = new();
        private readonly SocketAsyncEventArgs _heard = new();
        private readonly Socket _ear;
        private readonly Socket _clapper;
        private int _isRinging;

        public Bell()
        {
            Span<int> pair = stackalloc int[2];
            if (SocketPair(UnixDomain, StreamClosedOnExec, 0, pair) != 0)
            {
                throw new IOException($"socketpair: {Marshal.GetLastPInvokeErrorMessage()}");
            }

            _ear = new Socket(new SafeSocketHandle(pair[0], ownsHandle: true));
            _clapper = new Socket(new SafeSocketHandle(pair[1], ownsHandle: true));
            _heard.SetBuffer(new byte[1]);
            _heard.Completed += (_, _) =>
            {
                Work();
                Listen();
            };
            Listen();
        }

        public void Ring(IThreadPoolWorkItem work)
        {
            _work.Enqueue(work);
            if (Interlocked.Exchange(ref _isRinging, 1) == 0)
            {
                _ = _clapper.Send([1]);
            }
        }

        public void Dispose()
        {
            _clapper.Dispose();
            _ear.Dispose();
            _heard.Dispose();
        }

        private void Listen()
        {
            try
            {
                while (!_ear.ReceiveAsync(_heard) && _heard.SocketError == SocketError.Success && _heard.BytesTransferred > 0)
                {
                    Work();
                }
            }
            catch (ObjectDisposedException)
            {
                // The process ends.
            }
        }

        private void Work()
        {
            // First, so that whoever comes while the queue is being emptied rings again.
            _ = Interlocked.Exchange(ref _isRinging, 0);
            while (_work.TryDequeue(out var work))
            {
                work.Execute();
            }
        }

        [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
        private static partial int SocketPair(int domain, int type, int protocol, Span<int> pair);
    }
}
