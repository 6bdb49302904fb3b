using System.Globalization;
using System.Text;
using LinkTracker.Sampling;

namespace LinkTracker.Load;

/// <summary>Bars of the processor time of each request, split into user and system, with the spread of the rounds.</summary>
internal static class Chart
{
    private const int Left = 230;
    private const int Width = 900;
    private const int Row = 44;
    private const int Top = 60;

    public static string Draw(SideBySide<Sample> comparison)
    {
        var names = comparison.Names.ToList();
        var most = names.Max(name => comparison.Figure(name, sample => sample.CpuMicroseconds).Greatest);
        double Scale(double value) => value / most * (Width - Left - 90);

        var svg = new StringBuilder();
        _ = svg.AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Top + (names.Count * Row) + 20}\" font-family=\"system-ui, sans-serif\" font-size=\"14\">");
        _ = svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
        _ = svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"16\" y=\"24\" font-size=\"16\">{comparison.Title}</text>");
        _ = svg.AppendLine("<text x=\"16\" y=\"44\" fill=\"#555\">processor time for each request in µs: user (dark), system (light); median, and the spread of the rounds</text>");
        for (var i = 0; i < names.Count; i++)
        {
            var y = Top + (i * Row);
            var user = Scale(comparison.Figure(names[i], sample => sample.UserMicroseconds).Median);
            var cpu = comparison.Figure(names[i], sample => sample.CpuMicroseconds);
            _ = svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left - 10}\" y=\"{y + 20}\" text-anchor=\"end\">{names[i]}</text>");
            _ = svg.AppendLine(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y + 4}\" width=\"{user:0.0}\" height=\"24\" fill=\"#2b6cb0\"/>");
            _ = svg.AppendLine(CultureInfo.InvariantCulture, $"<rect x=\"{Left + user:0.0}\" y=\"{y + 4}\" width=\"{Math.Max(Scale(cpu.Median) - user, 0):0.0}\" height=\"24\" fill=\"#90cdf4\"/>");
            _ = svg.AppendLine(CultureInfo.InvariantCulture, $"<path d=\"M{Left + Scale(cpu.Least):0.0} {y + 16}H{Left + Scale(cpu.Greatest):0.0}\" stroke=\"#222\"/>");
            _ = svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left + Scale(cpu.Greatest) + 8:0.0}\" y=\"{y + 21}\">{cpu.Median:0.0}</text>");
        }

        return svg.AppendLine("</svg>").ToString();
    }
}
