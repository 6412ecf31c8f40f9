namespace Signals.Tests.Reliability.Hostile;

/// <summary>
/// A reader of bytes from outside, and bytes that it accepts. Threads: one at a time. All of it runs while checksums are 0
/// (<see cref="Signals.Core.Model.PlantedBugs.ChecksumsAreZero"/>), so that changed bytes reach what is behind them.
/// </summary>
/// <param name="Name">What is read.</param>
/// <param name="Covers">The pages of <c>docs/formats</c>, classes of constants and sources of events that it stands for.</param>
/// <param name="Good">Makes bytes that are accepted; small, since each of them is changed.</param>
/// <param name="Read">Reads everything of them.</param>
/// <param name="IsTyped">Whether an error is one that the reader's callers expect.</param>
internal sealed record HostileDoor(string Name, string[] Covers, Func<byte[]> Good, Action<byte[]> Read, Func<Exception, bool> IsTyped)
{
    /// <summary>About how many changed inputs are tried; fewer where each costs much.</summary>
    public int Inputs { get; init; } = 12_000;

    /// <summary>Bytes of the accepted ones that are not changed, as they are the rest of a page.</summary>
    public Func<byte[], Range> Unchanged { get; init; } = static _ => 0..0;

    /// <summary>Whole inputs that claim much, by name.</summary>
    public IReadOnlyList<(string Name, Func<byte[]> Make)> Claims { get; init; } = [];

    public override string ToString() => Name;
}
