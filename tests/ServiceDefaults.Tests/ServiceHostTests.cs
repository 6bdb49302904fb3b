using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LinkTracker.ServiceDefaults.Tests;

public sealed class ServiceHostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("host-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(typeof(StopWhileStarting))]
    [InlineData(typeof(StopOnceStarted))]
    public async Task A_process_that_is_asked_to_stop_ends_with_0(Type stop)
    {
        var (code, errors, logged) = await RunAsync(
            ["--Edge:DurableWaitMs=7"],
            (builder, settings) =>
            {
                Assert.Equal(TimeSpan.FromMilliseconds(7), settings.DurableWait);
                builder.Services.AddSingleton(typeof(IHostedService), stop);
            });
        Assert.Equal(0, code);
        Assert.Empty(errors);
        Assert.Empty(logged);
    }

    [Fact]
    public async Task A_wrong_setting_ends_with_78_and_one_line()
    {
        var (code, errors, _) = await RunAsync(["--Edge:DurableWaitMs=0"], (_, _) => { });
        Assert.Equal(ServiceHost.WrongSetting, code);
        Assert.Equal(["linktracker: Edge__DurableWaitMs is '0', but must be a whole number from 1 to 60000."], errors);
    }

    [Fact]
    public async Task An_address_in_use_ends_with_1_and_one_line_and_no_stack_trace()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var (code, errors, logged) = await RunAsync([], (builder, _) => builder.WebHost.UseUrls($"http://127.0.0.1:{port}"));
        Assert.Equal(ServiceHost.CannotStart, code);
        Assert.Contains($"127.0.0.1:{port}: address already in use", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Empty(logged);
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(UnauthorizedAccessException))]
    public async Task A_data_folder_that_cannot_be_used_ends_with_1_and_one_line(Type error)
    {
        var (code, errors, logged) = await RunAsync([], (builder, _) => builder.Services.AddSingleton<IHostedService>(
            new FailAtStart(new AggregateException((Exception)Activator.CreateInstance(error, "The data folder ./data\nis locked.")!))));
        Assert.Equal(ServiceHost.CannotStart, code);
        Assert.Equal(["linktracker: The data folder ./data is locked."], errors);
        Assert.Empty(logged);
    }

    [Theory]
    [InlineData("/proc/linktracker")]
    [InlineData("/proc")]
    [InlineData("/dev/null")]
    public async Task A_data_folder_that_cannot_be_written_is_told_with_the_name_of_its_setting(string folder)
    {
        var (code, errors, logged) = await RunAsync(["--LinkTracker:Data=" + folder], (_, _) => Assert.Fail("too late to say so"));
        Assert.Equal(ServiceHost.CannotStart, code);
        Assert.StartsWith($"linktracker: LinkTracker__Data: the folder {folder} cannot be written: ", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Empty(logged);
    }

    [Fact]
    public async Task A_data_folder_is_made_and_left_empty()
    {
        var folder = Path.Combine(_folder, "made");
        var (code, errors, _) = await RunAsync(["--LinkTracker:Data=" + folder], (builder, _) => builder.Services.AddHostedService<StopOnceStarted>());
        Assert.Equal(0, code);
        Assert.Empty(errors);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_fault_of_the_program_is_thrown_with_its_stack_trace() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync([], (builder, _) =>
            builder.Services.AddSingleton<IHostedService>(new FailAtStart(new InvalidOperationException("a mistake")))));

    [Fact]
    public async Task A_part_that_breaks_down_ends_the_process_with_70_and_is_logged()
    {
        var (code, errors, logged) = await RunAsync([], (builder, _) => builder.Services.AddHostedService<BreakDown>());
        Assert.Equal(ServiceHost.PartFailed, code);
        Assert.Empty(errors);
        Assert.Contains(logged, line => line.Contains("broken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_takes_none_of_the_machines_few_file_watches()
    {
        var before = FileWatches();
        await using var app = ServiceHost.CreateBuilder().Build();
        Assert.Equal(before, FileWatches());
    }

    private static int FileWatches() =>
        new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(file => file.LinkTarget == "anon_inode:inotify");

    private async Task<(int Code, string[] Errors, string[] Logged)> RunAsync(string[] args, Action<WebApplicationBuilder, Settings> add)
    {
        using var errors = new StringWriter();
        using var log = new ErrorLog();
        var code = await ServiceHost.RunAsync(
            ["--LinkTracker:Data=" + _folder, .. args],
            (builder, settings) =>
            {
                builder.WebHost.UseUrls("http://127.0.0.1:0");
                builder.Logging.ClearProviders().AddProvider(log);
                add(builder, settings);
                return builder.Build();
            },
            errors);
        return (code, errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), [.. log.Lines]);
    }

    private sealed class StopOnceStarted(IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(lifetime.StopApplication);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class StopWhileStarting(IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FailAtStart(Exception error) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.FromException(error);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class BreakDown(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            // Behind the return of StartAsync, as a part would that breaks down at work.
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var _ = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task;
            throw new InvalidOperationException("broken");
        }
    }

    /// <summary>What is logged at warning or above, with the text of its exception.</summary>
    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Enqueue(formatter(state, exception) + exception);
            }
        }

        public void Dispose()
        {
        }
    }
}
