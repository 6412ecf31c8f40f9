namespace Signals.Tool;

/// <summary>Opens files by the names that the user gave, and names them so in errors. Any thread.</summary>
internal static class UserFile
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static byte[] ReadBytes(string path)
    {
        using FileStream file = OpenRead(path);
        using MemoryStream bytes = new();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static FileStream OpenRead(string path) => File.Exists(path)
        ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
        : throw new FileNotFoundException($"There is no file '{path}'.");
}
