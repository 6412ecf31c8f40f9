namespace Signals.Storage.FileSystem;

/// <summary>What tells a file or folder from every other, under whichever name it is reached. Immutable.</summary>
/// <param name="Device">The device, where the system tells.</param>
/// <param name="Inode">The file's number on it, where the system tells.</param>
/// <param name="Path">The absolute path with links followed, where the system tells no numbers; else empty.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, string Path = "");
