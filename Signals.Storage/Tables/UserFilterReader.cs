using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads the user filter of a table and compares it with the directory. Thread contract: any thread; stateless.
/// </summary>
internal static class UserFilterReader
{
    /// <summary>Reads the filter of a file; null when the table has none.</summary>
    /// <param name="file">The table file.</param>
    /// <param name="footer">The footer of the table.</param>
    /// <param name="memory">The memory of the filter; null for an array.</param>
    /// <exception cref="CorruptionException">The filter is damaged.</exception>
    public static UserFilter? Read(TableFile file, TableFooter footer, OwnedMemory? memory)
    {
        if (!footer.HasUserFilter)
        {
            return null;
        }

        TableSection section = footer.Section(TableFormat.UserFilterSection);
        using OwnedMemory passing = new();
        ReadOnlySpan<byte> bytes = file.ReadSection(section, passing);
        try
        {
            return UserFilter.Open(bytes, memory);
        }
        catch (InvalidDataException damage)
        {
            throw file.Corrupt(section.Offset, damage.Message, damage);
        }
    }

    /// <summary>Reads the filter of a file if the cache has room to hold it; otherwise null.</summary>
    /// <exception cref="CorruptionException">The filter is damaged.</exception>
    public static UserFilter? ReadIfRoom(TableFile file, TableFooter footer, BlockCache cache, OwnedMemory? memory)
    {
        if (!footer.HasUserFilter || !cache.TryHold(footer.Section(TableFormat.UserFilterSection).Length))
        {
            return null;
        }

        try
        {
            return Read(file, footer, memory);
        }
        catch
        {
            cache.LetGo(footer.Section(TableFormat.UserFilterSection).Length);
            throw;
        }
    }

    /// <summary>Checks that the filter excludes no user of the directory. Reads would not find such a user.</summary>
    /// <exception cref="CorruptionException">The filter excludes a user, or is damaged.</exception>
    public static void Verify(TableFile file, TableFooter footer, TableDirectory directory, CancellationToken cancellationToken = default)
    {
        using OwnedMemory memory = new();
        if (Read(file, footer, memory) is not UserFilter filter)
        {
            return;
        }

        for (int number = 0; number < directory.Pages; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DirectoryPage page = directory.GetPage(number);
            int excluded = FindExcluded(filter, page);
            if (excluded >= 0)
            {
                throw file.Corrupt(
                    footer.Section(TableFormat.UserFilterSection).Offset,
                    $"the filter excludes user {page.User(excluded)}, who is in the directory");
            }
        }
    }

    [MethodImpl(Compile.InFull)]
    private static int FindExcluded(UserFilter filter, DirectoryPage page)
    {
        Span<ulong> hashes = stackalloc ulong[DirectoryPageFormat.Users];
        hashes = hashes[..page.Users];
        for (int i = 0; i < hashes.Length; i++)
        {
            hashes[i] = page.User(i).Hash64;
        }

        return filter.IndexOfExcluded(hashes);
    }
}
