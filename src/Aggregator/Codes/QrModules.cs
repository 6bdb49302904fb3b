using QRCoder;

namespace LinkTracker.Aggregator.Codes;

/// <summary>The dark and light modules of a QR code, without a margin.</summary>
internal static class QrModules
{
    // The library puts the margin of the standard around them.
    private const int LibraryMargin = 4;

    /// <param name="level">L, M, Q or H: how much of it may be damaged.</param>
    /// <returns>Rows of modules, true is dark; null when the text is too long for a code of that level.</returns>
    public static bool[][]? Encode(string text, char level)
    {
        try
        {
            using var code = QRCodeGenerator.GenerateQrCode(text, LevelOf(level));
            var width = code.ModuleMatrix.Count - (2 * LibraryMargin);
            return [.. Enumerable.Range(LibraryMargin, width).Select(y => Enumerable.Range(LibraryMargin, width).Select(x => code.ModuleMatrix[y][x]).ToArray())];
        }
        catch (QRCoder.Exceptions.DataTooLongException)
        {
            return null;
        }
    }

    private static QRCodeGenerator.ECCLevel LevelOf(char level) => level switch
    {
        'L' => QRCodeGenerator.ECCLevel.L,
        'M' => QRCodeGenerator.ECCLevel.M,
        'Q' => QRCodeGenerator.ECCLevel.Q,
        'H' => QRCodeGenerator.ECCLevel.H,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "There is no such level."),
    };
}
