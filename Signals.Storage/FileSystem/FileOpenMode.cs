namespace Signals.Storage.FileSystem;

/// <summary>How <see cref="IFileSystem.Open"/> opens a file.</summary>
internal enum FileOpenMode
{
    /// <summary>Creates the file for reading and writing; fails when it exists.</summary>
    CreateNew,

    /// <summary>Opens an existing file for reading and writing; fails when it is absent.</summary>
    ReadWrite,

    /// <summary>Opens an existing file for reading; fails when it is absent.</summary>
    Read,

    /// <summary>
    /// Opens a file that others made, for reading: refused unless the name itself is a regular file, so no symbolic link, directory, pipe
    /// or device, and without ever waiting for a writer.
    /// </summary>
    ReadForeign,
}
