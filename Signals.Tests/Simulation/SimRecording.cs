namespace Signals.Tests.Simulation;

/// <summary>
/// A finished run of a <see cref="SimFileSystem"/>: from it the disk after each operation can be built again, with or without power.
/// Cheapest when operations are asked for in rising order. Threads: one; other threads take a recording of their own.
/// </summary>
internal sealed class SimRecording(SimDisk start, IReadOnlyList<SimOperation> operations)
{
    private SimDisk? _disk;
    private int _applied;

    /// <summary>Every operation of the run, in order.</summary>
    public IReadOnlyList<SimOperation> Operations => operations;

    /// <summary>The disk before the first operation; not to be changed.</summary>
    public SimDisk Start => start;

    /// <summary>The disk when power fails after the first <paramref name="count"/> operations; see <see cref="SimPowerCut"/>.</summary>
    public SimDisk CrashImage(int count, ulong seed) => DiskAfter(count).PowerCut(seed);

    /// <summary>The disk when the process is killed after the first <paramref name="count"/> operations: nothing is lost yet.</summary>
    public SimDisk KillImage(int count) => DiskAfter(count).Clone();

    private SimDisk DiskAfter(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, operations.Count);
        if (_disk is null || count < _applied)
        {
            _disk = start.Clone();
            _applied = 0;
        }

        while (_applied < count)
        {
            _disk.Apply(operations[_applied++]);
        }

        return _disk;
    }
}
