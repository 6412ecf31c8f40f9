using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// Checks the structure of mix rules: event types must be known and in one quota at most, and the minimums must fit into the
/// size. Pure.
/// </summary>
internal static class MixCheck
{
    public static void Run(SequenceDefinition definition, ValueCheck values)
    {
        JsonPath path = JsonPath.Root["mix"];
        values.Count(path, definition.Mix.Count, 0, DefinitionLimits.MaxMixRules, "rules");
        HashSet<string> sources = new(definition.FromClauses.Select(clause => clause.EventType), StringComparer.Ordinal);
        HashSet<string> inQuota = new(StringComparer.Ordinal);
        long reserved = 0;
        for (int i = 0; i < definition.Mix.Count; i++)
        {
            MixRule rule = definition.Mix[i];
            EventTypes(path[i]["eventTypes"], rule, sources, values);
            if (rule is StreakLimitRule limit)
            {
                values.Setting(path[i]["maximum"], limit.Maximum, 1, DefinitionLimits.MaxRows);
            }
            else if (rule is QuotaRule quota)
            {
                Quota(path[i], quota, inQuota, values);
                reserved += quota.MinimumRows(Math.Max(definition.Size.Value, 0));
            }
        }

        if (reserved > definition.Size.Value)
        {
            values.Error(path, $"the quotas reserve {reserved} rows, more than the size {definition.Size.Value}");
        }
    }

    private static void EventTypes(JsonPath path, MixRule rule, HashSet<string> sources, ValueCheck values)
    {
        values.Count(path, rule.EventTypes.Count, 1, DefinitionLimits.MaxFromClauses, "event types");
        values.UniqueNames(path, rule.EventTypes, static (at, i) => at[i]);
        for (int i = 0; i < rule.EventTypes.Count; i++)
        {
            if (!sources.Contains(rule.EventTypes[i]))
            {
                values.Error(
                    path[i],
                    $"'{JsonPath.Quoted(rule.EventTypes[i])}' is not a source of the definition; " +
                    $"its sources are: {string.Join(", ", sources)}");
            }
        }
    }

    private static void Quota(JsonPath path, QuotaRule quota, HashSet<string> inQuota, ValueCheck values)
    {
        int most = quota.IsPercent ? 100 : DefinitionLimits.MaxRows;
        if (quota.Minimum is { } minimum)
        {
            values.Setting(path["minimum"], minimum, 0, most);
        }

        if (quota.Maximum is { } maximum)
        {
            values.Setting(path["maximum"], maximum, 0, most);
        }

        if (quota.Minimum is null && quota.Maximum is null)
        {
            values.Error(path, "a quota needs a minimum, a maximum, or both");
        }

        if (quota.Minimum is { } low && quota.Maximum is { } high && low.Value > high.Value)
        {
            values.Error(path["minimum"], $"the minimum {low.Value} is above the maximum {high.Value}");
        }

        foreach (string type in quota.EventTypes.Where(type => !inQuota.Add(type)))
        {
            values.Error(path["eventTypes"], $"'{JsonPath.Quoted(type)}' is already in another quota");
        }
    }
}
