using System.Text;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Imports;

/// <summary>
/// Where uploads lie until they are done. Only the Aggregator that has the folder can read them, so in the database each import
/// names it.
/// </summary>
internal sealed class UploadFolder : IDisposable
{
    private const int IdLength = 32;
    private const int WouldBlock = 11;

    private readonly FileStream _mark;

    // One that comes later is not left over, also while no import waits for it yet.
    private readonly string[] _leftAtStart;

    /// <exception cref="IOException">Another process has the folder.</exception>
    public UploadFolder(Settings settings)
    {
        Path = Directory.CreateDirectory(System.IO.Path.Combine(settings.Data, "imports")).FullName;
        _mark = Lock(System.IO.Path.Combine(settings.Data, "imports.id"));
        Id = Read() ?? Make();
        _leftAtStart = Directory.GetFiles(Path);
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>Made with the folder, and different from every other's.</summary>
    public string Id { get; }

    /// <summary>Removes what lay here before the start, except the files that are named.</summary>
    public void RemoveLeft(IEnumerable<string> kept)
    {
        foreach (var left in _leftAtStart.Except(kept))
        {
            File.Delete(left);
        }
    }

    public void Dispose() => _mark.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException busy) when (busy.HResult == WouldBlock)
        {
            throw new IOException("LinkTracker__Data: another Aggregator works in this folder; give each its own.", busy);
        }
    }

    private string? Read()
    {
        var bytes = new byte[IdLength];
        return _mark.Length == IdLength && _mark.ReadAtLeast(bytes, IdLength, throwOnEndOfStream: false) == IdLength ? Encoding.ASCII.GetString(bytes) : null;
    }

    private string Make()
    {
        var id = Guid.NewGuid().ToString("N");
        _mark.SetLength(0);
        _mark.Write(Encoding.ASCII.GetBytes(id));
        _mark.Flush();
        return id;
    }
}
