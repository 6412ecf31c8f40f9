namespace Signals.Core.DefinitionVersions;

/// <summary>The keeper of a registry that lives in memory alone. Thread contract: any thread; stateless.</summary>
internal sealed class NothingKept : IDefinitionKeeper
{
    public static readonly NothingKept Instance = new();

    public IReadOnlyList<StoredHistory> Kept => [];

    public ulong Mark => 0;

    public void Keep(IReadOnlyList<StoredHistory> all)
    {
    }

    public bool IsNeeded(ulong lastServedIn) => false;
}
