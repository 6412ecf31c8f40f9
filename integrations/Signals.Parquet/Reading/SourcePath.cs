using Signals.Parquet.Layout;

namespace Signals.Parquet.Reading;

/// <summary>
/// A file to read, and the values that its path gives to columns, as Hive writes partitions (<c>country=NL/</c>). Immutable.
/// </summary>
/// <param name="File">The path of the file.</param>
/// <param name="Partitions">Values by column; null is what Hive writes for null.</param>
internal sealed record SourcePath(string File, IReadOnlyDictionary<string, string?> Partitions)
{
    private const string HiveNull = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>
    /// The files below a path, in the order of their paths. Names that begin with a dot or underscore are left out, as everywhere. Of a
    /// folder that is divided by event type only the part of one type is taken.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file or folder, or no Parquet file in it.</exception>
    public static IReadOnlyList<SourcePath> List(string path, EventTypeSchema? eventType)
    {
        string root = Path.GetFullPath(path);
        if (!Directory.Exists(root))
        {
            return System.IO.File.Exists(root)
                ? [new SourcePath(root, PartitionsOf(root))]
                : throw new FileNotFoundException($"There is no file or folder '{path}'.", path);
        }

        if (eventType is not null && Directory.EnumerateDirectories(root, LakeFormat.TypePartition + "*").Any())
        {
            root = FolderOf(eventType, root, path);
        }

        List<string> files = [];
        Collect(root, files);
        files.Sort(StringComparer.Ordinal);
        return files.Count > 0 || System.IO.File.Exists(Path.Combine(root, LakeFormat.SuccessFile))
            ? [.. files.Select(file => new SourcePath(file, PartitionsOf(file)))]
            : throw new FileNotFoundException($"There is no file that ends with '{LakeFormat.Extension}' below '{path}'.", path);
    }

    // An export from before a rename is under a former name. Which of two folders is meant, or whether both are, only the caller knows.
    private static string FolderOf(EventTypeSchema eventType, string root, string path)
    {
        IEnumerable<string> names = eventType.FormerNames.Prepend(eventType.Name);
        string[] folders = [.. names.Select(name => Path.Combine(root, LakeFormat.TypePartition + name))];
        string[] found = Array.FindAll(folders, Directory.Exists);
        return found.Length == 1 ? found[0]
            : found.Length == 0
                ? throw new FileNotFoundException($"'{path}' has folders of event types, but none of '{eventType.Name}'.", folders[0])
                : throw new FileNotFoundException(
                    $"'{path}' has folders of several names of '{eventType.Name}': {string.Join(", ", found.Select(Path.GetFileName))}. "
                    + "Import the one that is meant, or one after the other.", folders[0]);
    }

    private static void Collect(string folder, List<string> files)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            // A link could lead out of the folder, or in a circle.
            if (entry.Name[0] is '.' or '_' || entry.LinkTarget is not null)
            {
                continue;
            }

            if (entry is DirectoryInfo)
            {
                Collect(entry.FullName, files);
            }
            else if (entry.Name.EndsWith(LakeFormat.Extension, StringComparison.OrdinalIgnoreCase))
            {
                files.Add(entry.FullName);
            }
        }
    }

    private static Dictionary<string, string?> PartitionsOf(string file)
    {
        Dictionary<string, string?> partitions = [];
        foreach (string part in file.Split(Path.DirectorySeparatorChar)[..^1])
        {
            int sign = part.IndexOf('=', StringComparison.Ordinal);
            if (sign > 0)
            {
                string value = Uri.UnescapeDataString(part[(sign + 1)..]);
                partitions[part[..sign]] = value == HiveNull ? null : value;
            }
        }

        return partitions;
    }
}
