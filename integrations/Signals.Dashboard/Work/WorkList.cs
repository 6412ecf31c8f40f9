namespace Signals.Dashboard.Work;

/// <summary>The work on one store that the page began: what runs, the last that ended, and all certificates of erasures.</summary>
/// <remarks>
/// Thread contract: any thread. Of each kind one runs at a time. Work goes on when the page is closed, and is told to end when the
/// host stops. Work that has a certificate stays until somebody has it forgotten, because nothing else holds the certificate.
/// </remarks>
internal sealed class WorkList(TimeProvider time, int mostCertificates = WorkList.MostCertificates)
{
    /// <summary>How many certificates are kept; with more, no erasure begins.</summary>
    public const int MostCertificates = 1000;

    /// <summary>How much work without a certificate is kept.</summary>
    private const int MostKept = 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<(WorkItem Item, CancellationTokenSource Cancel)> _items = new(); // Newest first. Guarded by _lock.
    private long _lastId; // Guarded by _lock.

    /// <summary>The work, the newest first.</summary>
    public IReadOnlyList<WorkItem> Items
    {
        get
        {
            lock (_lock)
            {
                return [.. _items.Select(entry => entry.Item)];
            }
        }
    }

    /// <summary>Whether another erasure may begin: there is room for its certificate.</summary>
    public bool HasRoomForCertificate => Items.Count(item => item.Certificate is not null) < mostCertificates;

    public WorkItem? Find(long id) => Items.FirstOrDefault(item => item.Id == id);

    /// <summary>Begins work, unless work of this kind runs.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="subject">What it works on.</param>
    /// <param name="run">Does it, and gives the sentence that says what came of it.</param>
    /// <returns>The work; null when work of this kind runs.</returns>
    public WorkItem? TryBegin(string kind, string subject, Func<WorkItem, CancellationToken, Task<string>> run)
    {
        WorkItem item;
        CancellationTokenSource cancel = new();
        lock (_lock)
        {
            if (_items.Any(entry => entry.Item.Kind == kind && entry.Item.State == WorkState.Running))
            {
                cancel.Dispose();
                return null;
            }

            item = new WorkItem(++_lastId, kind, subject, time.GetUtcNow());
            _items.AddFirst((item, cancel));
            ForgetOldLocked();
        }

        _ = Task.Run(() => RunAsync(item, run, cancel.Token), CancellationToken.None);
        return item;
    }

    /// <summary>Tells work to end; false when there is none of this number.</summary>
    public bool Cancel(long id)
    {
        lock (_lock)
        {
            foreach ((WorkItem item, CancellationTokenSource cancel) in _items)
            {
                if (item.Id == id)
                {
                    cancel.Cancel();
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Removes work that has ended, with its certificate; false when none of this number has ended.</summary>
    public bool Forget(long id)
    {
        lock (_lock)
        {
            for (LinkedListNode<(WorkItem Item, CancellationTokenSource Cancel)>? node = _items.First; node is not null; node = node.Next)
            {
                if (node.Value.Item.Id == id && node.Value.Item.State != WorkState.Running)
                {
                    RemoveLocked(node);
                    return true;
                }
            }
        }

        return false;
    }

    public void CancelAll()
    {
        foreach (WorkItem item in Items)
        {
            Cancel(item.Id);
        }
    }

    private void ForgetOldLocked()
    {
        int kept = 0;
        LinkedListNode<(WorkItem Item, CancellationTokenSource Cancel)>? node = _items.First;
        while (node is not null)
        {
            LinkedListNode<(WorkItem Item, CancellationTokenSource Cancel)>? older = node.Next;
            WorkItem item = node.Value.Item;
            if (item.Certificate is null && ++kept > MostKept && item.State != WorkState.Running)
            {
                RemoveLocked(node);
            }

            node = older;
        }
    }

    private void RemoveLocked(LinkedListNode<(WorkItem Item, CancellationTokenSource Cancel)> node)
    {
        node.Value.Cancel.Dispose();
        _items.Remove(node);
    }

    // Whatever ends the work is shown on the page; nobody waits for this task.
    private async Task RunAsync(WorkItem item, Func<WorkItem, CancellationToken, Task<string>> run, CancellationToken cancellationToken)
    {
        try
        {
            string said = await run(item, cancellationToken).ConfigureAwait(false);
            item.End(WorkState.Done, said, time.GetUtcNow());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            item.End(WorkState.Cancelled, "It was told to end.", time.GetUtcNow());
        }
        catch (Exception error)
        {
            item.End(WorkState.Failed, error.Message, time.GetUtcNow());
        }
    }
}
