using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LinkTracker.Contracts.Links;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Links from a file of JSON Lines, for an Edge alone. It is read once, at the start; a change's version is its line's number.
/// What was read holds as long as the file has the same bytes.
/// </summary>
internal sealed class LinksFile(string path, Settings settings) : ILinkSource
{
    private const int BatchSize = 1_000;

    private readonly string[] _ownHosts = [.. settings.ShortHosts];
    private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _name;
    private long _accepted = long.MaxValue;

    /// <summary>The file's content and all that its lines were held against. Known once the file was read to its end.</summary>
    public string? Name => Volatile.Read(ref _name);

    /// <summary>
    /// Ends when the whole file was read. Fails with a <see cref="SettingsException"/> when it cannot be read, or a line is
    /// wrong: which one, and why. The Edge is never ready then.
    /// </summary>
    public Task Whole => _whole.Task;

    /// <summary>Reads the file for its hash only, which takes a small part of the time that its lines take.</summary>
    public async Task<bool> HoldsAsync(LinkPoint point, CancellationToken cancellation)
    {
        try
        {
            await using var file = File.OpenRead(path);
            _name = NameOf(await SHA256.HashDataAsync(file, cancellation));
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            // ReadAsync meets it again, and says so in the operator's words.
            return false;
        }

        _accepted = _name == point.Source ? point.Version : long.MaxValue;
        return _name == point.Source;
    }

    public async IAsyncEnumerable<LinkBatch> ReadAsync(long afterVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var batches = BatchesAsync(afterVersion, cancellation).GetAsyncEnumerator(cancellation);
        while (await TryMoveNextAsync(batches))
        {
            yield return batches.Current;
        }

        _ = _whole.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
    }

    private async Task<bool> TryMoveNextAsync(IAsyncEnumerator<LinkBatch> batches)
    {
        try
        {
            return await batches.MoveNextAsync();
        }
        catch (SettingsException wrong)
        {
            _ = _whole.TrySetException(wrong);
            return false;
        }
    }

    private async IAsyncEnumerable<LinkBatch> BatchesAsync(long afterVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (afterVersion >= _accepted)
        {
            // An earlier process read this very file to its end.
            yield return new LinkBatch([], CaughtUp: true);
            yield break;
        }

        // An id is a hash of its place, so ids are unique if and only if places are.
        var taken = new HashSet<long>();
        var hosts = new LinksFileHosts(settings.EdgeUrl.Port);
        var batch = new List<LinkChange>(BatchSize);
        await foreach (var (number, text) in LinesAsync(cancellation))
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            var link = Read(number, text);
            if (!taken.Add(link.Id))
            {
                throw Wrong(number, $"'key' {link.Key} was used before for {link.Domain}; a key leads to one target");
            }

            if (hosts.Add(number, link) is { } circle)
            {
                throw Wrong(circle, "its target is on a domain of this file, which could loop: give the final page");
            }

            if (number > afterVersion)
            {
                batch.Add(new LinkChange(number, link.Domain, link.Key, link));
            }

            if (batch.Count == BatchSize)
            {
                yield return new LinkBatch(batch, CaughtUp: false);
                batch = new List<LinkChange>(BatchSize);
            }
        }

        yield return new LinkBatch(batch, CaughtUp: true);
    }

    private LinkState Read(int number, string text)
    {
        try
        {
            return LinksFileLine.Parse(text, settings.DefaultDomain, _ownHosts);
        }
        catch (FormatException wrong)
        {
            throw Wrong(number, wrong.Message);
        }
    }

    private async IAsyncEnumerable<(int Number, string Text)> LinesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var hash = SHA256.Create();
        using var reader = Open(hash);
        for (var number = 1; ; number++)
        {
            string? text;
            try
            {
                text = await reader.ReadLineAsync(cancellation);
            }
            catch (DecoderFallbackException)
            {
                throw Wrong(number, "in or soon after it there are bytes that are not UTF-8");
            }

            if (text is null)
            {
                Volatile.Write(ref _name, NameOf(hash.Hash!));
                yield break;
            }

            yield return (number, text);
        }
    }

    // A line may be right for one program and its settings, and wrong for the next.
    private string NameOf(byte[] content)
    {
        var rules = JsonSerializer.SerializeToUtf8Bytes(new
        {
            settings.DefaultDomain,
            Hosts = _ownHosts,
            settings.EdgeUrl.Port,
            Program = typeof(LinksFile).Module.ModuleVersionId,
            Contracts = typeof(LinkState).Module.ModuleVersionId,
        });
        return "file " + Convert.ToHexStringLower(SHA256.HashData([.. content, .. rules]));
    }

    /// <param name="hash">Sees every byte that is read.</param>
    private StreamReader Open(HashAlgorithm hash)
    {
        if (Directory.Exists(path))
        {
            throw new SettingsException($"Edge__LinksFile cannot be read: {path} is a folder, name a file in it.");
        }

        try
        {
            return new StreamReader(
                new CryptoStream(File.OpenRead(path), hash, CryptoStreamMode.Read),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
                detectEncodingFromByteOrderMarks: true,
                bufferSize: 1 << 16);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"Edge__LinksFile cannot be read: {refusal.Message}");
        }
    }

    private SettingsException Wrong(int number, string reason) => new($"Edge__LinksFile, line {number} of {path}: {reason}.");
}

/// <summary>
/// Holds up the end of the start until the file is read, so that a wrong line fails the start. By then the port is open: it
/// says that it is alive and not ready.
/// </summary>
internal sealed class LinksFileStart(LinksFile file) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken) => file.Whole.WaitAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
