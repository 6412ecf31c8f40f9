using System.Text;
using Signals.Definitions;
using Signals.Enrichment;

namespace Signals.Kafka.Consuming;

/// <summary>
/// Definitions that came by the log: registers them, keeps them in the store, and registers the kept ones again when a store is opened.
/// </summary>
/// <remarks>Thread contract: the run's thread. Lifetime: one run.</remarks>
internal sealed class StoredDefinitions(SignalStore store, EnrichmentCatalog catalog, PartitionProgress progress)
{
    // No user of the application has such a name, so erasing one hides no definition.
    private const string UserPrefix = "signals_definition/";

    // The time of a kept definition grows with its offset, so the store keeps the newest of the log, whatever the producers' clocks say.
    private const long FirstOffsetMs = 946_684_800_000;

    public bool CanStore => store.Schema.TryGet(LogDefinitions.EventType, out _);

    /// <summary>Registers what the store keeps, in the order of the log. An older version that no longer fits is reported.</summary>
    /// <exception cref="ReplicaUnfitException">This host cannot serve the newest version of a definition.</exception>
    public void RegisterKept()
    {
        if (!CanStore)
        {
            return;
        }

        foreach (UserId user in store.GetUsers(LogDefinitions.EventType))
        {
            List<(long Offset, SequenceDefinition Definition)> versions = Kept(user);
            for (int i = 0; i < versions.Count; i++)
            {
                RegisterAgain(versions[i].Definition, versions[i].Offset, isNewest: i == versions.Count - 1);
            }
        }
    }

    /// <summary>Reads a definition; null when it is none.</summary>
    public SequenceDefinition? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return SequenceDefinition.Parse(json);
        }
        catch (DefinitionException refused)
        {
            progress.Report(refused);
            return null;
        }
    }

    /// <summary>
    /// Whether the log gave the name to another owner, or the version another content. That depends on the log alone, so it is the same
    /// on every replica.
    /// </summary>
    public bool Contradicts(SequenceDefinition definition) => Kept(UserOf(definition)).Exists(
        kept => kept.Definition.Owner != definition.Owner
            || (kept.Definition.Version == definition.Version && kept.Definition.ToJson() != definition.ToJson()));

    /// <summary>Registers a definition.</summary>
    /// <exception cref="ReplicaUnfitException">This host cannot serve it.</exception>
    public void Register(SequenceDefinition definition, long offset)
    {
        try
        {
            store.Definitions.RegisterFromLog(definition, catalog);
        }
        catch (DefinitionException refused)
        {
            throw new ReplicaUnfitException(
                progress.Topic, progress.Partition, offset,
                $"it cannot serve the definition '{definition.Name}'; look at the store's schema, "
                    + $"{nameof(KafkaPartitionOptions)}.{nameof(KafkaPartitionOptions.Enrichment)}, and what the host registered itself",
                refused);
        }
    }

    /// <summary>Adds a definition to a group, so that it is stored together with the position.</summary>
    public static void Keep(EventGroup group, SequenceDefinition definition, long offset) =>
        group[LogDefinitions.EventType].Add(UserOf(definition), FirstOffsetMs + offset, (ulong)offset)
            .Set(LogDefinitions.JsonColumn, definition.ToJson());

    private static UserId UserOf(SequenceDefinition definition) => UserId.From(UserPrefix + definition.Name);

    private void RegisterAgain(SequenceDefinition definition, long offset, bool isNewest)
    {
        try
        {
            Register(definition, offset);
        }
        catch (ReplicaUnfitException refused) when (!isNewest)
        {
            progress.Report(refused); // its successor serves
        }
    }

    private List<(long Offset, SequenceDefinition Definition)> Kept(UserId user)
    {
        SequenceQuery all = store.Query(LogDefinitions.EventType).Columns(LogDefinitions.JsonColumn).OldestFirst().Build();
        using Sequence versions = store.Read(user, all);
        List<(long Offset, SequenceDefinition Definition)> kept = [];
        for (int i = 0; i < versions.Count; i++)
        {
            string json = versions.Text(LogDefinitions.JsonColumn, i) ?? "";
            if (Parse(Encoding.UTF8.GetBytes(json)) is { } definition)
            {
                kept.Add(((long)versions.Ids[i], definition));
            }
        }

        return kept;
    }
}
