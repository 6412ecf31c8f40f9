using Signals.Storage.FileSystem;

namespace Signals.Tests.Reliability;

/// <summary>A lock that always says that it is held. Threads: any.</summary>
internal sealed class ForgedLock(IFileLock inner) : IFileLock
{
    public bool IsHeld => true;

    public void Dispose() => inner.Dispose();
}
