namespace Signals.Tests.Reliability.Hostile;

/// <summary>Every reader of bytes from outside. Immutable.</summary>
internal static class HostileDoors
{
    public static IReadOnlyList<HostileDoor> All { get; } =
        [.. TableDoors.All(), .. ChunkDoors.All(), .. LogDoors.All(), .. StoreDoors.All(), .. InputDoors.All(), .. IntegrationDoors.All()];
}
