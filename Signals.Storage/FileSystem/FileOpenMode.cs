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
    /// Opens for reading a file that other programs may have made. The name itself must be a regular file: a symbolic link,
    /// directory, pipe or device is refused. Never waits for a writer of a pipe.
    /// </summary>
    ReadForeign,
}
