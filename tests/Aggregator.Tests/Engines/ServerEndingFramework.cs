using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("LinkTracker.Aggregator.Tests.Engines.ServerEndingFramework", "LinkTracker.Aggregator.Tests")]

namespace LinkTracker.Aggregator.Tests.Engines;

/// <summary>
/// xunit's own, which ends the server of <see cref="PostgresDatabases"/> behind the last test. A fixture would run all of its
/// tests one after another, and the end of the process is too late: its runner kills it.
/// </summary>
public sealed class ServerEndingFramework : XunitTestFramework
{
    public ServerEndingFramework(IMessageSink messages)
        : base(messages) => DisposalTracker.Add(new ServerEnd());

    private sealed class ServerEnd : IDisposable
    {
        public void Dispose() => PostgresDatabases.EndAsync().GetAwaiter().GetResult();
    }
}
