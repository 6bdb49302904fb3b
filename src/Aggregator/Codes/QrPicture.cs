using System.Buffers.Binary;
using System.IO.Compression;

namespace LinkTracker.Aggregator.Codes;

/// <summary>Draws modules into a PNG (ISO/IEC 15948) of exactly the size asked for: one bit for each pixel, and a palette of two colours.</summary>
internal static class QrPicture
{
    /// <param name="size">Pixels of each side, at least one for each module and margin.</param>
    /// <param name="margin">Modules on each side.</param>
    /// <param name="dark">Red, green and blue.</param>
    public static byte[] Draw(bool[][] modules, int size, int margin, ReadOnlySpan<byte> dark, ReadOnlySpan<byte> light)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        // Width, height, one bit for each pixel, with a palette; the usual compression and filter, not interlaced.
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], size);
        (header[8], header[9]) = (1, 3);
        Write(file, "IHDR"u8, header);
        Write(file, "PLTE"u8, [.. light, .. dark]);
        Write(file, "IDAT"u8, Compress(modules, size, margin));
        Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    // Modules are squares of whole pixels, so that edges are sharp; what is left over goes to the margin.
    private static byte[] Compress(bool[][] modules, int size, int margin)
    {
        var scale = size / (modules.Length + (2 * margin));
        var from = (size - (scale * modules.Length)) / 2;
        using var data = new MemoryStream();
        using (var deflate = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            // The byte in front of each line says that it is not filtered.
            var line = new byte[1 + ((size + 7) / 8)];
            for (var y = 0; y < size; y++)
            {
                line.AsSpan().Clear();
                var row = (y - from) / scale;
                if (y >= from && row < modules.Length)
                {
                    Fill(line.AsSpan(1), modules[row], from, scale);
                }

                deflate.Write(line);
            }
        }

        return data.ToArray();
    }

    private static void Fill(Span<byte> line, bool[] row, int from, int scale)
    {
        for (var x = from; x < from + (row.Length * scale); x++)
        {
            if (row[(x - from) / scale])
            {
                line[x / 8] |= (byte)(0x80 >> (x % 8));
            }
        }
    }

    private static void Write(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(type, data));
        file.Write(number);
    }
}
