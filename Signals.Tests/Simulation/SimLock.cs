namespace Signals.Tests.Simulation;

/// <summary>A held lock of a <see cref="SimFileSystem"/>; disposing it frees the path. Threads: any.</summary>
internal sealed class SimLock(SimFileSystem files, string path) : IDisposable
{
    public void Dispose() => files.Unlock(path);
}
