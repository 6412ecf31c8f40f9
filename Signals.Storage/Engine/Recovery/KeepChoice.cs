using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.History;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Recovery;

/// <summary>
/// Settles what a store keeps: what this opening states, otherwise what the store recorded, otherwise the defaults. So a program
/// that does not know a setting cannot drop what another program keeps.
/// </summary>
/// <remarks>Thread contract: the opening thread, which holds the store's lock. <see cref="Settle"/> only reads.</remarks>
internal static class KeepChoice
{
    /// <summary>
    /// For a store with kept versions and no recorded setting, which an older library wrote. The versions stay until an opening states a
    /// setting.
    /// </summary>
    private static readonly VersionRetention Unknown = new()
    {
        Age = TimeSpan.FromDays(3650),
        MaxBytes = long.MaxValue,
        Granularity = TimeSpan.FromHours(1),
    };

    /// <summary>The options with nothing left to inherit.</summary>
    /// <exception cref="InvalidOperationException">
    /// The store keeps versions, which need a log, and the durability that was asked for has none.
    /// </exception>
    public static EngineOptions Settle(StoreFolder folder, EngineOptions asked, ManifestState state)
    {
        VersionRetention versions = asked.Retention ?? ToRetention(state.Keep.Versions)
            ?? (state.KeepsVersions || HistoryFile.Exists(folder) ? Unknown : VersionRetention.None);
        if (!versions.IsNone && asked.Durability == Durability.InMemory)
        {
            throw new InvalidOperationException(
                "The store keeps versions, for which it needs a log. Open it with a durability that has one, "
                + "or with VersionRetention.None to let them go.");
        }

        TimeSpan? grace = state.Keep.OrphanGraceMs is long ms ? TimeSpan.FromMilliseconds(ms) : null;
        return asked with { OrphanGrace = asked.OrphanGrace ?? grace ?? EngineOptions.DefaultOrphanGrace, Retention = versions };
    }

    /// <summary>The settings to record; null when the opening states nothing new.</summary>
    /// <param name="asked">The options as they were given, before <see cref="Settle"/>.</param>
    /// <param name="recorded">What the store recorded so far.</param>
    public static KeepSettings? ToRecord(EngineOptions asked, KeepSettings recorded)
    {
        if (PlantedBugs.Has(PlantedBugs.OpeningRecordsDefaults))
        {
            TimeSpan defaultGrace = EngineOptions.DefaultOrphanGrace;
            asked = asked with { OrphanGrace = asked.OrphanGrace ?? defaultGrace, Retention = asked.Retention ?? VersionRetention.None };
        }

        KeepSettings stated = new(
            asked.OrphanGrace is { } grace ? (long)grace.TotalMilliseconds : recorded.OrphanGraceMs,
            asked.Retention is { } versions ? LimitsOf(versions) : recorded.Versions);
        return stated == recorded ? null : stated;
    }

    private static VersionRetention? ToRetention(VersionLimits? limits) => limits is not { } kept ? null
        : kept == VersionLimits.None ? VersionRetention.None
        : new VersionRetention
        {
            Age = TimeSpan.FromMilliseconds(kept.AgeMs),
            MaxBytes = kept.MaxBytes,
            Granularity = TimeSpan.FromMilliseconds(kept.GranularityMs),
        };

    private static VersionLimits LimitsOf(VersionRetention versions) => versions.IsNone
        ? VersionLimits.None
        : new VersionLimits((long)versions.Age.TotalMilliseconds, versions.MaxBytes, (long)versions.Granularity.TotalMilliseconds);
}
