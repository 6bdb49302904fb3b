using System.Diagnostics;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>Real clients: Debian's Chromium, driven as a person drives it, and curl.</summary>
public sealed class BrowserTests
{
    private const string Iphone =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

    [FactWith(Need.Chromium)]
    public async Task Clicks_of_a_real_browser_reach_the_shop_and_are_split_by_device_and_browser()
    {
        await using var product = await Product.StartAsync();
        await using var shop = await StartShopAsync();
        var link = await product.Client.CreateLinkAsync("browser", ShopUrl(shop));
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });

        foreach (var userAgent in (string[])[Clicker.Chrome, Iphone])
        {
            await using var person = await chromium.NewContextAsync(new BrowserNewContextOptions { UserAgent = userAgent });
            var page = await person.NewPageAsync();
            await page.GotoAsync(new Uri(product.Edge, "/browser?utm_source=mail").ToString());
            Assert.Equal("the shop", await page.InnerTextAsync("h1"));
            Assert.Contains("utm_source=mail", page.Url, StringComparison.Ordinal);
            Assert.Contains("dub_id=", page.Url, StringComparison.Ordinal);
        }

        await SplitIsAsync(product, link, "devices", "device", [("Desktop", 1), ("Mobile", 1)]);
        await SplitIsAsync(product, link, "browsers", "browser", [("Chrome", 1), ("Safari", 1)]);
    }

    [FactWith(Need.Curl)]
    public async Task A_click_by_curl_with_a_browsers_name_counts_and_one_with_its_own_does_not()
    {
        await using var product = await Product.StartAsync();
        var link = await product.Client.CreateLinkAsync("curl");
        var url = new Uri(product.Edge, "/curl").ToString();
        await CurlAsync("-A", Clicker.Chrome, url);
        await CurlAsync(url);

        await Eventually.HoldsAsync("two clicks are there", Eventually.Limit, async () =>
            await product.Client.RawAsync(link.Id) == 2);
        var counts = await product.Client.CountsAsync(link.Id);
        Assert.Equal(1, (long)counts["clicks"]!);
        Assert.Equal(1, (long)counts["excluded"]!["bot"]!);
    }

    private static async Task CurlAsync(params string[] arguments)
    {
        using var curl = Process.Start(new ProcessStartInfo("curl", ["-sS", "-o", "/dev/null", .. arguments]))!;
        await curl.WaitForExitAsync();
        Assert.Equal(0, curl.ExitCode);
    }

    private static async Task<WebApplication> StartShopAsync()
    {
        var builder = ServiceHost.CreateBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var shop = builder.Build();
        shop.MapGet("/", () => TypedResults.Content("<!doctype html><h1>the shop</h1>", "text/html"));
        await shop.StartAsync();
        return shop;
    }

    private static string ShopUrl(WebApplication shop) =>
        shop.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    private static Task SplitIsAsync(Product product, Link link, string groupBy, string field, (string Value, long Clicks)[] expected) =>
        Eventually.HoldsAsync($"{groupBy} are {string.Join(", ", expected)}", TimeSpan.FromSeconds(1), async () =>
        {
            var rows = (await product.Client.GetAsync($"/analytics?event=clicks&interval=all&groupBy={groupBy}&linkId={link.Id}")).AsArray();
            return rows.Select(row => ((string)row![field]!, (long)row["clicks"]!)).Order().SequenceEqual(expected.Order());
        });
}
