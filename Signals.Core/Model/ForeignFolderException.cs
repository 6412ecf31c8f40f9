namespace Signals;

/// <summary>A folder is not empty and is not a store. Nothing in it was touched. Immutable.</summary>
public sealed class ForeignFolderException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="folder">The folder that is not a store.</param>
    /// <param name="entry">The name of an entry that no store wrote.</param>
    public ForeignFolderException(string folder, string entry)
        : base($"'{folder}' holds '{entry}' and is no store. Nothing was changed. " +
            "Name an empty folder, one that does not exist yet, or a store.")
    {
        Folder = folder;
        Entry = entry;
    }

    /// <summary>The folder that is not a store.</summary>
    public string Folder { get; }

    /// <summary>The name of a file or folder in it that no store wrote.</summary>
    public string Entry { get; }
}
