using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>Reads a table's filter, and compares it with the directory. Stateless.</summary>
internal static class UserFilterReader
{
    /// <summary>The filter in the file; null for a table without one.</summary>
    /// <exception cref="CorruptionException">It is damaged.</exception>
    public static UserFilter? Read(TableFile file, TableFooter footer)
    {
        if (!footer.HasUserFilter)
        {
            return null;
        }

        TableSection section = footer.Section(TableFormat.UserFilterSection);
        byte[] bytes = file.ReadSection(section);
        try
        {
            return UserFilter.Open(bytes);
        }
        catch (InvalidDataException damage)
        {
            throw file.Corrupt(section.Offset, damage.Message, damage);
        }
    }

    /// <summary>The filter in the file if the cache has room to hold it.</summary>
    /// <exception cref="CorruptionException">It is damaged.</exception>
    public static UserFilter? ReadIfRoom(TableFile file, TableFooter footer, BlockCache cache)
    {
        if (!footer.HasUserFilter || !cache.TryHold(footer.Section(TableFormat.UserFilterSection).Length))
        {
            return null;
        }

        try
        {
            return Read(file, footer);
        }
        catch
        {
            cache.LetGo(footer.Section(TableFormat.UserFilterSection).Length);
            throw;
        }
    }

    /// <summary>Fails if the filter in the file denies a user of the directory: reads would not find that user.</summary>
    /// <exception cref="CorruptionException">It does, or it is damaged.</exception>
    public static void Verify(TableFile file, TableFooter footer, TableDirectory directory, CancellationToken cancellationToken = default)
    {
        if (Read(file, footer) is not UserFilter filter)
        {
            return;
        }

        for (int number = 0; number < directory.Pages; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DirectoryPage page = directory.Look(number);
            for (int i = 0; i < page.Users; i++)
            {
                if (!filter.MayHold(page.User(i).Hash64))
                {
                    throw file.Corrupt(
                        footer.Section(TableFormat.UserFilterSection).Offset, $"the filter denies user {page.User(i)}, whom the directory has");
                }
            }
        }
    }
}
