namespace Signals.Checkpoints.Transfer;

/// <summary>Where a folder really is, and whether it can be replaced. Thread contract: any thread; stateless.</summary>
internal static class StorePaths
{
    private static readonly StringComparison Comparison = OperatingSystem.IsLinux()
        ? StringComparison.Ordinal
        : StringComparison.OrdinalIgnoreCase;

    /// <summary>The absolute path behind all links, also of a folder that does not exist.</summary>
    public static string Resolve(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string? parent = Path.GetDirectoryName(path);
        if (parent is null)
        {
            return path; // a root
        }

        path = Path.Combine(Resolve(parent), Path.GetFileName(path));
        try
        {
            DirectoryInfo info = new(path);
            return info.LinkTarget is null ? path : Resolve(info.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("resolve", path, e.Message, e);
        }
    }

    /// <summary>Whether two resolved paths are the same, or one is within the other.</summary>
    public static bool Overlap(string one, string other) => IsWithin(one, other) || IsWithin(other, one);

    /// <summary>Requires that a resolved path can be renamed.</summary>
    /// <exception cref="FileOperationException">It is a mount point, which cannot.</exception>
    public static void RequireMovable(string path)
    {
        if (DriveInfo.GetDrives().Any(drive => Path.TrimEndingDirectorySeparator(drive.Name).Equals(path, Comparison)))
        {
            throw new FileOperationException(
                "replace", path, "a file system is mounted there, so a restored folder cannot take its place; use a folder below it");
        }
    }

    private static bool IsWithin(string path, string folder) =>
        (path + Path.DirectorySeparatorChar).StartsWith(
            Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, Comparison);
}
