using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Signals.Hosting;

/// <summary>Finds keys of a configuration section that name no setting, such as misspelt ones. Pure; any thread.</summary>
internal static class ConfigurationKeys
{
    private static readonly string[] Settings =
    [
        .. typeof(SignalsOptions).GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Select(property => property.Name).Order(StringComparer.Ordinal),
    ];

    /// <summary>A sentence for each unknown key; it names the nearest known one.</summary>
    /// <param name="section">
    /// The section. A configuration as a whole, which also holds what is not the store's, has no unknown keys.
    /// </param>
    public static IEnumerable<string> ErrorsOf(IConfiguration section)
    {
        if (section is not IConfigurationSection)
        {
            yield break;
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!Settings.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"The configuration has the unknown key '{child.Path}'; the nearest known one is '{Nearest(child.Key)}'.";
            }
        }
    }

    private static string Nearest(string key) => Settings.MinBy(setting => Distance(key.ToUpperInvariant(), setting.ToUpperInvariant()))!;

    // How many characters have to be inserted, deleted or replaced (Levenshtein 1966).
    private static int Distance(string a, string b)
    {
        int[] before = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] now = new int[b.Length + 1];
            now[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                now[j] = Math.Min(replaced, 1 + Math.Min(before[j], now[j - 1]));
            }

            before = now;
        }

        return before[b.Length];
    }
}
