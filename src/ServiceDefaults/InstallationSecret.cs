using System.Security.Cryptography;
using System.Text;
using LinkTracker.Contracts.IO;
using LinkTracker.Contracts.Security;

namespace LinkTracker.ServiceDefaults;

/// <summary>The installation's secret: the one that is set, or else the one in the data folder.</summary>
public static class InstallationSecret
{
    /// <summary>The system's EEXIST.</summary>
    private const int FileExists = 17;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// The keys of this installation. At first start without <c>LinkTracker__Secret</c> a random secret is made and written to
    /// <c>secret</c> in the data folder, mode 0600, and is on the disk when this returns. A damaged file is never replaced: new
    /// keys would silently end every token that is out there.
    /// </summary>
    /// <exception cref="SettingsException">The file is damaged.</exception>
    /// <exception cref="IOException">The folder or file cannot be written or read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise, for want of rights.</exception>
    public static InstallationKeys LoadOrCreate(Settings settings)
    {
        var secret = settings.Secret ?? LoadOrCreateFile(settings.Data);
        return new InstallationKeys(secret, settings.PreviousSecret);
    }

    private static byte[] LoadOrCreateFile(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), "secret");
        if (!File.Exists(path))
        {
            DataFolder.Prepare(folder);
            Create(path);
        }

        // Read back in either case: another process of this installation may have been first.
        return SettingValues.Secret(File.ReadAllText(path).Trim()) ?? throw new SettingsException(
            $"The secret in {path} is damaged: restore it from a backup, or remove it to begin with a new one, which ends every token given out so far.");
    }

    private static void Create(string path)
    {
        var text = Convert.ToBase64String(RandomNumberGenerator.GetBytes(InstallationKeys.MinimumSecretBytes)) + "\n";
        try
        {
            LinuxFile.WriteAtomically(path, Encoding.ASCII.GetBytes(text), OwnerOnly, replace: false);
        }
        catch (IOException e) when (e.HResult == FileExists)
        {
            // Another process made it meanwhile; its secret holds, and must last before it is used.
            LinuxFile.SyncDirectory(Path.GetDirectoryName(path)!);
        }
    }
}
