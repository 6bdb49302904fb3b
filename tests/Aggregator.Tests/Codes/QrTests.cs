using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using LinkTracker.Aggregator.Codes;
using LinkTracker.Aggregator.Tests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Codes;

public class QrTests
{
    [Theory]
    [InlineData("", 600)]
    [InlineData("&size=200", 200)]
    [InlineData("&size=601&level=H&fgColor=%23abc&bgColor=%23ffffff&hideLogo=true&margin=0&includeMargin=true", 601)]
    public async Task A_picture_has_exactly_the_size_asked_for(string query, int size)
    {
        await using var server = await AggregatorServer.StartAsync();
        using var reply = await server.Client.GetAsync(new Uri("/qr?url=https://go.example.com/ana?qr=1" + query, UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, "image/png"), (reply.StatusCode, reply.Content.Headers.ContentType!.ToString()));
        var png = await reply.Content.ReadAsByteArrayAsync();
        Assert.Equal("89504E470D0A1A0A", Convert.ToHexString(png[..8]));
        Assert.Equal((size, size), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
    }

    [Fact]
    public async Task Who_asks_while_too_many_wait_is_told_to_try_again()
    {
        await using var server = await AggregatorServer.StartAsync();
        var turns = server.App.Services.GetRequiredService<QrTurns>();
        var taken = Enumerable.Range(0, QrTurns.AtOnce + QrTurns.Waiting).Select(_ => turns.TakeAsync(CancellationToken.None)).ToList();
        Assert.Equal(QrTurns.AtOnce, taken.Count(turn => turn.IsCompleted));
        (await server.GetAsync("/qr?url=https://go.example.com/ana", key: null)).Refused(503, "service_unavailable");
        foreach (var turn in taken)
        {
            (await turn).Dispose();
        }

        using var reply = await server.Client.GetAsync(new Uri("/qr?url=https://go.example.com/ana", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
    }

    [Fact]
    public void The_picture_shows_the_modules_sharp_and_in_the_middle()
    {
        var modules = QrModules.Encode("https://go.example.com/ana", 'M')!;
        var (size, margin) = (200, 2);
        var pixels = Pixels(QrPicture.Draw(modules, size, margin, [0, 0, 0], [255, 255, 255]), size);
        var scale = size / (modules.Length + (2 * margin));
        var from = (size - (scale * modules.Length)) / 2;
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var (row, column) = (y < from ? -1 : (y - from) / scale, x < from ? -1 : (x - from) / scale);
                var isDark = row >= 0 && column >= 0 && row < modules.Length && column < modules.Length && modules[row][column];
                Assert.Equal(isDark, pixels[y][x]);
            }
        }

        // The three corners by which a reader finds a code.
        Assert.All([(0, 0), (0, modules.Length - 7), (modules.Length - 7, 0)], corner =>
        {
            Assert.All(Enumerable.Range(0, 7), i => Assert.True(modules[corner.Item1][corner.Item2 + i]));
            Assert.False(modules[corner.Item1 + 1][corner.Item2 + 1]);
            Assert.True(modules[corner.Item1 + 3][corner.Item2 + 3]);
        });
    }

    [Fact]
    public void The_checksum_is_that_of_the_standard() => Assert.Equal(0xCBF43926, Crc32.Of("1234"u8, "56789"u8));

    [Theory]
    [InlineData("", "url")]
    [InlineData("url=javascript:alert(1)", "url")]
    [InlineData("url=ana", "url")]
    [InlineData("url=https://a.example&size=0", "size")]
    [InlineData("url=https://a.example&size=2001", "size")]
    [InlineData("url=https://a.example&size=20", "size")]
    [InlineData("url=https://a.example&size=x", "size")]
    [InlineData("url=https://a.example&level=X", "level")]
    [InlineData("url=https://a.example&margin=17", "margin")]
    [InlineData("url=https://a.example&fgColor=red", "fgColor")]
    [InlineData("url=https://a.example&fgColor=fff", "fgColor")]
    [InlineData("url=https://a.example&logo=https://a.example/l.png", "logo")]
    public async Task What_cannot_be_drawn_is_refused_by_the_name_of_its_field(string query, string field)
    {
        await using var server = await AggregatorServer.StartAsync();
        Assert.StartsWith(field, (await server.GetAsync("/qr?" + query, key: null)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_two_thousand_characters_fits_and_a_longer_one_does_not()
    {
        await using var server = await AggregatorServer.StartAsync();
        var url = "https://a.example/" + new string('x', 1_982);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/qr?url=" + url, key: null)).Status);
        (await server.GetAsync("/qr?url=" + url + "x", key: null)).Refused(422, "unprocessable_entity");
        Assert.Contains("level", (await server.GetAsync("/qr?level=H&url=" + url, key: null)).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    // Reads what the writer wrote, by the standard: one IDAT, lines without filter, one bit for each pixel.
    private static bool[][] Pixels(byte[] png, int size)
    {
        var data = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)), Crc32.Of(png.AsSpan(at + 4, 4), png.AsSpan(at + 8, length)));
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
            {
                data.Write(png, at + 8, length);
            }

            at += 12 + length;
        }

        data.Position = 0;
        using var lines = new ZLibStream(data, CompressionMode.Decompress);
        return [.. Enumerable.Range(0, size).Select(_ =>
        {
            var line = new byte[1 + ((size + 7) / 8)];
            lines.ReadExactly(line);
            Assert.Equal(0, line[0]);
            return Enumerable.Range(0, size).Select(x => (line[1 + (x / 8)] & (0x80 >> (x % 8))) != 0).ToArray();
        })];
    }
}
