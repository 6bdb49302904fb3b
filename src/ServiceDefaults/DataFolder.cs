namespace LinkTracker.ServiceDefaults;

/// <summary>The folder that <c>LinkTracker__Data</c> names.</summary>
internal static class DataFolder
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>
    /// Makes the folder when it is not there, and writes to it once: each part would report a wrong folder in its own words, and
    /// some of them as a fault of the program.
    /// </summary>
    /// <exception cref="IOException">Names the setting.</exception>
    public static void Prepare(string folder)
    {
        try
        {
            var path = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{Guid.NewGuid():N}.tmp");
            using var probe = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (e.HResult is InputOutputError or NoSpace or QuotaExceeded)
        {
            // The setting is right, and redirects go on without a disk: whoever cannot, says so itself.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"LinkTracker__Data: the folder {folder} cannot be written: {e.Message}", e);
        }
    }
}
