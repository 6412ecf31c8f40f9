namespace Signals.Storage.FileSystem;

/// <summary>Identifies a file or folder, whatever name leads to it. Immutable.</summary>
/// <param name="Device">The number of the device, where the system provides it.</param>
/// <param name="Inode">The number of the file on the device, where the system provides it.</param>
/// <param name="Path">The absolute path with links resolved, where the system provides no numbers; otherwise empty.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, string Path = "");
