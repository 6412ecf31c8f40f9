using System.Collections.Concurrent;
using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// Memory for parts, each with its header. There are as many as parts are moved at the same time, and they are used again. Thread
/// contract: any thread. Lifetime: one upload or restoring.
/// </summary>
internal sealed class PartBuffers(int partBytes)
{
    private readonly ConcurrentBag<byte[]> _free = [];

    public byte[] Take() => _free.TryTake(out byte[]? buffer)
        ? buffer
        : GC.AllocateUninitializedArray<byte>(CheckpointFormat.HeaderBytes + partBytes);

    public void Return(byte[] buffer) => _free.Add(buffer);
}
