using System.Diagnostics;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>The reason the product exists, from link to credit, and still there after a kill.</summary>
public sealed class MainJobTests
{
    [Fact]
    public async Task A_link_is_clicked_counted_credited_and_survives_a_kill()
    {
        await using var product = await Product.StartAsync();
        var link = await product.Client.CreateLinkAsync("main-job");
        var token = await product.Clicker.ClickForTokenAsync(link.Key);
        await product.Client.PostAsync("/track/lead", new { clickId = token, eventName = "Sign up", customerExternalId = "c1" });
        await product.Client.PostAsync("/track/sale", new
        {
            customerExternalId = "c1",
            amount = 4990,
            currency = "usd",
            paymentProcessor = "stripe",
            invoiceId = "inv-1",
        });
        await ShowsTheWholeStoryAsync(product, link);

        await product.KillAsync();
        await product.RestartAsync();

        await ShowsTheWholeStoryAsync(product, link);
        using var again = await product.Clicker.ClickAsync(link.Key);
        Assert.Equal(System.Net.HttpStatusCode.Found, again.StatusCode);
    }

    [FactWith(Need.AcceptanceScript, Need.Python)]
    public async Task The_acceptance_script_holds_twice_in_a_row()
    {
        await using var product = await Product.StartAsync();
        for (var run = 0; run < 2; run++)
        {
            var start = new ProcessStartInfo("python3",
            [
                Path.Combine(Repository.Shared, "accept/main_job.py"),
                "--edge", product.Edge.GetLeftPart(UriPartial.Authority),
                "--api", product.Api.GetLeftPart(UriPartial.Authority),
                "--key", Product.AdminKey,
            ])
            {
                RedirectStandardOutput = true,
            };
            using var script = Process.Start(start)!;
            var output = await script.StandardOutput.ReadToEndAsync();
            await script.WaitForExitAsync();
            Assert.True(script.ExitCode == 0, output);
        }
    }

    private static Task ShowsTheWholeStoryAsync(Product product, Link link) =>
        Eventually.HoldsAsync("one click, one lead, one sale of 4990", Eventually.Limit, async () =>
        {
            var counts = await product.Client.CountsAsync(link.Id);
            return ((long)counts["clicks"]!, (long)counts["leads"]!, (long)counts["sales"]!, (long)counts["saleAmount"]!) == (1, 1, 1, 4990);
        });
}
