namespace LinkTracker.Aggregator.Counting.UserAgents;

/// <summary>
/// Reads device, browser and system from a user agent by ordered rules: the first marker found wins, so the
/// special stands before the general (every browser calls itself Mozilla, and most of them Safari).
/// </summary>
internal static class AgentParser
{
    private static readonly (string Marker, string Name)[] Browsers =
    [
        ("Instagram", "Instagram"),
        ("FBAN/", "Facebook"),
        ("FBAV/", "Facebook"),
        ("FB_IAB", "Facebook"),
        ("MetaIAB", "Facebook"),
        ("BytedanceWebview", "TikTok"),
        ("musical_ly", "TikTok"),
        ("LinkedInApp", "LinkedIn"),
        ("Twitter for", "X"),
        ("TwitterAndroid", "X"),
        ("Snapchat", "Snapchat"),
        ("Pinterest/", "Pinterest"),
        ("MicroMessenger", "WeChat"),
        ("KAKAOTALK", "KakaoTalk"),
        (" Line/", "LINE"),
        ("Telegram-Android", "Telegram"),
        ("GSA/", "Google App"),
        ("EdgA/", "Edge"),
        ("EdgiOS/", "Edge"),
        ("Edg/", "Edge"),
        ("Edge/", "Edge"),
        ("OPR/", "Opera"),
        ("OPT/", "Opera"),
        ("OPiOS/", "Opera"),
        ("Opera", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("YaBrowser/", "Yandex"),
        ("Vivaldi/", "Vivaldi"),
        ("UCBrowser/", "UC Browser"),
        ("DuckDuckGo/", "DuckDuckGo"),
        ("Ddg/", "DuckDuckGo"),
        ("HuaweiBrowser/", "Huawei Browser"),
        ("MiuiBrowser/", "Mi Browser"),
        ("Brave/", "Brave"),
        ("Silk/", "Silk"),
        ("FxiOS/", "Firefox"),
        ("Focus/", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("; wv)", "Android WebView"),
        ("Chromium/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("MSIE ", "Internet Explorer"),
        ("Trident/", "Internet Explorer"),
        ("Android", "Android Browser"),
        ("Safari/", "Safari"),
        ("AppleWebKit/", "Safari"),
    ];

    private static readonly (string Marker, string Name)[] Systems =
    [
        ("Windows Phone", "Windows Phone"),
        ("Windows", "Windows"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("iPod", "iOS"),
        ("HarmonyOS", "HarmonyOS"),
        ("OpenHarmony", "HarmonyOS"),
        ("Android", "Android"),
        ("CrOS", "Chrome OS"),
        ("Macintosh", "Mac OS"),
        ("Mac OS X", "Mac OS"),
        ("Tizen", "Tizen"),
        ("Web0S", "webOS"),
        ("FreeBSD", "FreeBSD"),
        ("Linux", "Linux"),
        ("X11", "Linux"),
    ];

    private static readonly (string Marker, string Name)[] Devices =
    [
        ("iPad", "Tablet"),
        ("Tablet", "Tablet"),
        ("PlayBook", "Tablet"),
        ("Silk/", "Tablet"),
        ("Kindle", "Tablet"),
        (" SM-T", "Tablet"),
        (" SM-X", "Tablet"),
        ("Lenovo TB", "Tablet"),
        ("iPhone", "Mobile"),
        ("iPod", "Mobile"),
        ("Windows Phone", "Mobile"),
        ("Mobile", "Mobile"),
        ("Mobi", "Mobile"),

        // Android's own rule: a phone says Mobile, a tablet does not.
        ("Android", "Tablet"),
        ("Windows", "Desktop"),
        ("Macintosh", "Desktop"),
        ("CrOS", "Desktop"),
        ("X11", "Desktop"),
        ("Linux", "Desktop"),
    ];

    public static string Browser(string userAgent) => First(Browsers, userAgent);

    public static string Os(string userAgent) => First(Systems, userAgent);

    public static string Device(string userAgent) => First(Devices, userAgent);

    private static string First((string Marker, string Name)[] rules, string userAgent)
    {
        foreach (var (marker, name) in rules)
        {
            if (userAgent.Contains(marker, StringComparison.Ordinal))
            {
                return name;
            }
        }

        return AgentTraits.Unknown;
    }
}
