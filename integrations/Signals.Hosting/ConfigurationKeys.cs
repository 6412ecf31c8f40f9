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

    private static string Nearest(string key) =>
        Settings.MinBy(setting => NearestWord.Distance(key.ToUpperInvariant(), setting.ToUpperInvariant()))!;
}
