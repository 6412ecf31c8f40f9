namespace Signals.Core.Model;

/// <summary>A folder holds something and is no store: nothing in it was touched. Immutable.</summary>
public sealed class ForeignFolderException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="entry">The name of what it holds.</param>
    public ForeignFolderException(string folder, string entry)
        : base($"'{folder}' holds '{entry}' and is no store. Nothing was changed. Name an empty folder, one that does not exist yet, or a store.")
    {
        Folder = folder;
        Entry = entry;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The name of a file or folder in it that no store wrote.</summary>
    public string Entry { get; }
}
