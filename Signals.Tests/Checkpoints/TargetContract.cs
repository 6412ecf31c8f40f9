using System.Text;
using Signals.Checkpoints;

namespace Signals.Tests.Checkpoints;

/// <summary>What <see cref="CheckpointTarget"/> demands of every target. Each fixture makes a new one for each test.</summary>
internal abstract class TargetContract
{
    private const string Name = "parts/0123abcd-00000001";

    protected CheckpointTarget Target { get; set; } = null!;

    [Test]
    public async Task Put_NewName_IsFoundListedAndRead([Values(0, 1, 100_000)] int length)
    {
        byte[] content = Content(length);
        Assert.That(await Target.PutIfAbsentAsync(Name, content), Is.True);
        StoredBlob found = (await Target.FindAsync(Name))!;
        Assert.That((found.Name, found.Length), Is.EqualTo((Name, (long)length)));
        Assert.That(found.StoredAt, Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromHours(1)));
        StoredBlob listed = (await ListAsync("parts/")).Single();
        Assert.That((listed.Name, listed.Length), Is.EqualTo((Name, (long)length)));
        Assert.That(listed.StoredAt, Is.EqualTo(found.StoredAt).Within(TimeSpan.FromSeconds(1)));
        Assert.That(await ListAsync("manifests/"), Is.Empty);
        Assert.That(await ReadAsync(Name), Is.EqualTo(content));
    }

    [Test]
    public async Task Put_NameThatIsThere_IsRefusedAndChangesNothing()
    {
        await Target.PutIfAbsentAsync(Name, Content(10));
        Assert.That(await Target.PutIfAbsentAsync(Name, Content(20)), Is.False);
        Assert.That(await ReadAsync(Name), Is.EqualTo(Content(10)));
    }

    [Test]
    public async Task Put_ManyAtOnce_OneStoresItsContent()
    {
        bool[] stored = await Task.WhenAll(Enumerable.Range(1, 12).Select(i => Task.Run(() => Target.PutIfAbsentAsync(Name, Content(i)))));
        Assert.That(stored.Count(isStored => isStored), Is.EqualTo(1));
        Assert.That(await ReadAsync(Name), Is.EqualTo(Content(Array.IndexOf(stored, true) + 1)));
    }

    [Test]
    public async Task Absent_Name_IsNullAndDeletedWithoutEffect()
    {
        Assert.That(await Target.FindAsync(Name), Is.Null);
        Assert.That(await Target.TryOpenReadAsync(Name), Is.Null);
        Assert.That(await ListAsync("parts/"), Is.Empty);
        Assert.That(() => Target.DeleteAsync(Name), Throws.Nothing);
    }

    [Test]
    public async Task Delete_Blob_IsGoneAndItsNameIsFree()
    {
        await Target.PutIfAbsentAsync(Name, Content(10));
        await Target.DeleteAsync(Name);
        Assert.That(await Target.FindAsync(Name), Is.Null);
        Assert.That(await Target.PutIfAbsentAsync(Name, Content(11)), Is.True);
    }

    [Test]
    public async Task List_ManyBlobs_NamesEachOnce()
    {
        string[] names = [.. Enumerable.Range(0, 25).Select(i => $"manifests/{i:d3}")];
        await Task.WhenAll(names.Select(name => Target.PutIfAbsentAsync(name, Content(3))));
        Assert.That((await ListAsync("manifests/")).Select(blob => blob.Name), Is.EquivalentTo(names));
    }

    [Test]
    public async Task Current_NeverWritten_IsNullAndIsMadeOnce()
    {
        Assert.That(await Target.ReadCurrentAsync(), Is.Null);
        Assert.That(await Target.TryReplaceCurrentAsync(Content(64), expectedTag: null), Is.True);
        Assert.That(await Target.TryReplaceCurrentAsync(Content(65), expectedTag: null), Is.False);
        Assert.That((await Target.ReadCurrentAsync())!.Content.ToArray(), Is.EqualTo(Content(64)));
    }

    [Test]
    public async Task Current_ReplacedWithItsTag_ChangesContentAndTag()
    {
        await Target.TryReplaceCurrentAsync(Content(1), expectedTag: null);
        CurrentPointer first = (await Target.ReadCurrentAsync())!;
        Assert.That(await Target.TryReplaceCurrentAsync(Content(2), first.Tag), Is.True);
        CurrentPointer second = (await Target.ReadCurrentAsync())!;
        Assert.That(second.Tag, Is.Not.EqualTo(first.Tag));
        Assert.That(await Target.TryReplaceCurrentAsync(Content(3), first.Tag), Is.False);
        Assert.That((await Target.ReadCurrentAsync())!.Content.ToArray(), Is.EqualTo(Content(2)));
    }

    [Test]
    public async Task Current_ReplacedByManyAtOnce_CountsEverySuccess()
    {
        const int Writers = 4;
        const int Successes = 6;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(CountUpAsync)));
        CurrentPointer end = (await Target.ReadCurrentAsync())!;
        Assert.That(Encoding.ASCII.GetString(end.Content.Span), Is.EqualTo($"{Writers * Successes}"), "one replaced what it had not read");

        async Task CountUpAsync()
        {
            for (int done = 0; done < Successes;)
            {
                CurrentPointer? now = await Target.ReadCurrentAsync();
                int count = now is null ? 0 : int.Parse(Encoding.ASCII.GetString(now.Content.Span), null);
                done += await Target.TryReplaceCurrentAsync(Encoding.ASCII.GetBytes($"{count + 1}"), now?.Tag) ? 1 : 0;
            }
        }
    }

    protected async Task<StoredBlob[]> ListAsync(string prefix)
    {
        List<StoredBlob> found = [];
        await foreach (StoredBlob blob in Target.ListAsync(prefix))
        {
            found.Add(blob);
        }

        return [.. found];
    }

    protected static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 7) + length))];

    private async Task<byte[]> ReadAsync(string name)
    {
        using Stream stream = (await Target.TryOpenReadAsync(name))!;
        using MemoryStream content = new();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }
}
