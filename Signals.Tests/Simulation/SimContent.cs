namespace Signals.Tests.Simulation;

/// <summary>
/// The bytes of a file as 4 KiB pages that clones share until one side writes; a page of zeros takes no memory. Cloning costs one
/// small object. Threads: one, but a content that is no longer written may be cloned from several.
/// </summary>
internal sealed class SimContent
{
    public const int PageBytes = 4096;

    private byte[]?[] _pages = [];
    private bool[] _owned = [];
    private bool _tableShared;

    /// <summary>The length in bytes.</summary>
    public long Length { get; private set; }

    public SimContent Clone()
    {
        _tableShared = true;
        return new SimContent { _pages = _pages, _tableShared = true, Length = Length };
    }

    public int Read(long offset, Span<byte> destination)
    {
        int count = (int)Math.Clamp(Length - offset, 0, destination.Length);
        for (int done = 0; done < count;)
        {
            (int page, int start) = Locate(offset + done);
            int part = Math.Min(PageBytes - start, count - done);
            Span<byte> target = destination.Slice(done, part);
            if (page < _pages.Length && _pages[page] is { } bytes)
            {
                bytes.AsSpan(start, part).CopyTo(target);
            }
            else
            {
                target.Clear();
            }

            done += part;
        }

        return count;
    }

    /// <summary>Writes <paramref name="count"/> bytes, zeros when <paramref name="data"/> is empty; grows the file as needed.</summary>
    public void Write(long offset, ReadOnlySpan<byte> data, int count)
    {
        Length = Math.Max(Length, offset + count);
        for (int done = 0; done < count;)
        {
            (int page, int start) = Locate(offset + done);
            int part = Math.Min(PageBytes - start, count - done);
            if (!data.IsEmpty)
            {
                data.Slice(done, part).CopyTo(Own(page).AsSpan(start));
            }
            else if (page < _pages.Length && _pages[page] is not null)
            {
                Own(page).AsSpan(start, part).Clear();
            }

            done += part;
        }
    }

    public void SetLength(long length)
    {
        if (length < Length)
        {
            (int page, int start) = Locate(length);
            OwnTable(0);
            if (page < _pages.Length)
            {
                _pages.AsSpan(page + 1).Clear();
                if (_pages[page] is not null)
                {
                    Own(page).AsSpan(start).Clear();
                }
            }
        }

        Length = length;
    }

    private static (int Page, int Start) Locate(long offset) => ((int)(offset / PageBytes), (int)(offset % PageBytes));

    private byte[] Own(int page)
    {
        OwnTable(page + 1);
        if (!_owned[page] || _pages[page] is null)
        {
            _pages[page] = _pages[page] is { } shared ? [.. shared] : new byte[PageBytes];
            _owned[page] = true;
        }

        return _pages[page]!;
    }

    private void OwnTable(int pages)
    {
        if (_tableShared)
        {
            _pages = _pages.AsSpan().ToArray();
            _owned = new bool[_pages.Length];
            _tableShared = false;
        }

        if (pages > _pages.Length)
        {
            int capacity = Math.Max(pages, _pages.Length * 2);
            Array.Resize(ref _pages, capacity);
            Array.Resize(ref _owned, capacity);
        }
    }
}
