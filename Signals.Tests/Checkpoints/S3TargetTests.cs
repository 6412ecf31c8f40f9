using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Signals.Checkpoints;
using Signals.Checkpoints.S3;

namespace Signals.Tests.Checkpoints;

/// <summary>The target in S3, against a listener that does what S3 documents of conditional writes. It is never tried on S3.</summary>
[Category("Fast")]
internal sealed class S3TargetTests : TargetContract
{
    private S3Listener _listener = null!;

    [SetUp]
    public async Task SetUpAsync()
    {
        _listener = await S3Listener.StartAsync();
        Target = new S3Target(_listener.Client, S3Listener.Bucket, "clicks/partition-7");
    }

    [TearDown]
    public async Task TearDownAsync() => await _listener.DisposeAsync();

    [Test]
    public async Task Checkpoint_UploadedAndRestored_AnswersTheSame()
    {
        await CloudDrill.RunAsync(Target);
        Assert.That(_listener.PutConditions, Does.Not.Contain("|"), "every put has a condition");
    }

    [Test]
    public async Task Put_AtTheSameTimeAsAnother_IsRefusedAndNotDone()
    {
        _listener.NextPut = HttpStatusCode.Conflict;
        Assert.That(await Target.TryReplaceCurrentAsync(Content(1), null), Is.False);
        Assert.That(await Target.ReadCurrentAsync(), Is.Null);
    }

    /// <summary>The client repeats a swap that had succeeded, and gets a refusal of its own content.</summary>
    [Test]
    public async Task Upload_AnswerOfTheSwapIsLost_IsASuccess()
    {
        using TempFolder folder = new();
        using SignalStore store = CheckpointStores.Open(folder["store"]);
        FaultyTarget watched = new(Target);
        watched.OnCall = _ => Task.FromResult(_listener.LosesNextAnswer = true);
        UploadResult result = await new CheckpointUploader(store, watched).UploadAsync();
        Assert.That(result.Outcome, Is.EqualTo(UploadOutcome.Published));
    }

    [Test]
    public async Task Replace_CurrentThatIsGone_IsRefused() =>
        Assert.That(await Target.TryReplaceCurrentAsync(Content(1), "\"tag-1\""), Is.False);

    [Test]
    public async Task Calls_BucketThatIsGone_AreTargetErrors()
    {
        Target = new S3Target(_listener.Client, "another");
        await RequireErrorsAsync();
    }

    [Test]
    public async Task Calls_NobodyListens_AreTargetErrors()
    {
        using AmazonS3Client client = new(
            new BasicAWSCredentials("key", "secret"),
            new AmazonS3Config { ServiceURL = "http://127.0.0.1:1", ForcePathStyle = true, MaxErrorRetry = 0 });
        Target = new S3Target(client, S3Listener.Bucket);
        await RequireErrorsAsync();
    }

    [TestCase("/")]
    [TestCase("a/")]
    [TestCase("a//b")]
    [TestCase("a b")]
    [TestCase("..")]
    [TestCase("a/../b")]
    [TestCase("a/.")]
    public void Prefix_OfAnotherForm_IsRefused(string prefix) =>
        Assert.That(() => new S3Target(_listener.Client, S3Listener.Bucket, prefix), Throws.ArgumentException);

    private async Task RequireErrorsAsync()
    {
        await Assert.ThatAsync(() => Target.PutIfAbsentAsync("parts/a", Content(1)), Throws.InstanceOf<CheckpointTargetException>());
        await Assert.ThatAsync(() => Target.TryOpenReadAsync("parts/a"), Throws.InstanceOf<CheckpointTargetException>());
        await Assert.ThatAsync(() => Target.ReadCurrentAsync(), Throws.InstanceOf<CheckpointTargetException>());
        await Assert.ThatAsync(() => ListAsync("parts/"), Throws.InstanceOf<CheckpointTargetException>());
        await Assert.ThatAsync(() => Target.DeleteAsync("parts/a"), Throws.InstanceOf<CheckpointTargetException>());
    }
}
