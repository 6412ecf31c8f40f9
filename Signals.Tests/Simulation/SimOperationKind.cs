namespace Signals.Tests.Simulation;

/// <summary>What an operation does to the simulated disk.</summary>
internal enum SimOperationKind
{
    Create,
    Write,
    SetLength,
    Sync,
    Rename,
    Link,
    Delete,
    CreateDirectory,
    SyncDirectory,
    RenameDirectory,
    DeleteDirectory,
}
