using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;

namespace LinkTracker.ServiceDefaults.Tests;

public sealed class InstallationSecretTests : IDisposable
{
    private static readonly ClickIdentity Identity = new(ClickIdentity.EpochMs + 1, 2, 3, 4);

    private readonly string _folder = Directory.CreateTempSubdirectory("secret-").FullName;

    private Settings Settings => new() { Data = Path.Combine(_folder, "data") };

    private string SecretFile => Path.Combine(Settings.Data, "secret");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_start_makes_a_secret_that_later_starts_find()
    {
        var token = InstallationSecret.LoadOrCreate(Settings).Mint(7, Identity);
        Assert.True(InstallationSecret.LoadOrCreate(Settings).TryVerify(token, out var found));
        Assert.Equal(Identity, found);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SecretFile));
        Assert.Equal(32, Convert.FromBase64String(File.ReadAllText(SecretFile)).Length);
        Assert.Equal([SecretFile], Directory.GetFileSystemEntries(Settings.Data));
    }

    [Fact]
    public void Two_installations_have_different_secrets()
    {
        var token = InstallationSecret.LoadOrCreate(Settings).Mint(7, Identity);
        var other = InstallationSecret.LoadOrCreate(new Settings { Data = Path.Combine(_folder, "other") });
        Assert.False(other.TryVerify(token, out _));
    }

    [Fact]
    public void A_given_secret_is_used_and_no_file_is_made()
    {
        var settings = Settings with { Secret = new byte[32] };
        var token = InstallationSecret.LoadOrCreate(settings).Mint(7, Identity);
        Assert.True(new InstallationKeys(new byte[32]).TryVerify(token, out _));
        Assert.False(Directory.Exists(Settings.Data));
    }

    [Fact]
    public void The_previous_secret_still_verifies()
    {
        var token = InstallationSecret.LoadOrCreate(Settings).Mint(7, Identity);
        var rotated = Settings with { Secret = new byte[32], PreviousSecret = Convert.FromBase64String(File.ReadAllText(SecretFile)) };
        Assert.True(InstallationSecret.LoadOrCreate(rotated).TryVerify(token, out _));
        Assert.False(InstallationSecret.LoadOrCreate(rotated with { PreviousSecret = null }).TryVerify(token, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2hvcnQ=")]
    [InlineData("not base64 at all, but long enough to be a secret of thirty-two bytes")]
    public void A_damaged_file_is_an_error_and_stays_as_it_is(string content)
    {
        Directory.CreateDirectory(Settings.Data);
        File.WriteAllText(SecretFile, content);
        var error = Assert.Throws<SettingsException>(() => InstallationSecret.LoadOrCreate(Settings));
        Assert.StartsWith($"The secret in {SecretFile} is damaged: restore it", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(content, File.ReadAllText(SecretFile));
    }

    [Fact]
    public void A_data_folder_that_is_a_file_is_an_error()
    {
        File.WriteAllText(Settings.Data, "");
        Assert.Throws<IOException>(() => InstallationSecret.LoadOrCreate(Settings));
    }

    [Fact]
    public async Task Processes_that_start_together_agree_on_one_secret()
    {
        var keys = new InstallationKeys[8];
        using var together = new Barrier(keys.Length);
        await Task.WhenAll(Enumerable.Range(0, keys.Length).Select(i => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait();
                keys[i] = InstallationSecret.LoadOrCreate(Settings);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        var token = keys[0].Mint(7, Identity);
        Assert.All(keys, key => Assert.True(key.TryVerify(token, out _)));
    }
}
