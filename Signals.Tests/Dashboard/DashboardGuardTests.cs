using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Signals.Dashboard;

namespace Signals.Tests.Dashboard;

/// <summary>What the page refuses: other machines, foreign pages, changes that nobody allowed, requests that make no sense.</summary>
[Category("Fast")]
internal sealed class DashboardGuardTests
{
    private const string Header = "X-Signals-Change";

    private DashboardHost _host = null!;
    private IPAddress? _peer;

    [SetUp]
    public async Task Start()
    {
        _peer = IPAddress.Loopback;
        _host = await DashboardHost.StartAsync(page => page.AllowChanges = true, Pretend);
    }

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [TestCase("10.0.0.7")]
    [TestCase("::ffff:10.0.0.7")]
    [TestCase("2001:db8::1")]
    [TestCase(null)]
    public async Task Request_OfAnotherMachine_IsRefused(string? peer)
    {
        _peer = peer is null ? null : IPAddress.Parse(peer);
        Assert.That((await _host.GetAsync("stores")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        using HttpResponseMessage page = await _host.Client.GetAsync(_host.Page);
        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase("127.0.0.1")]
    [TestCase("127.8.9.1")]
    [TestCase("::1")]
    [TestCase("::ffff:127.0.0.1")]
    public async Task Request_OfThisMachine_IsAnswered(string peer)
    {
        _peer = IPAddress.Parse(peer);
        Assert.That((await _host.GetAsync("stores")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Request_OfAnotherMachine_IsAnsweredWhenTheHostSaysSo()
    {
        _peer = IPAddress.Parse("10.0.0.7");
        await using DashboardHost open = await DashboardHost.StartAsync(page => page.AllowRemote = true, Pretend);
        Assert.That((await open.GetAsync("stores")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await StatusAsync(open, HttpMethod.Get, "stores", ("Host", "shop.example:8080")), Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("X-Forwarded-For", "10.0.0.7")]
    [TestCase("Forwarded", "for=10.0.0.7")]
    [TestCase("Via", "1.1 proxy")]
    [TestCase("X-Real-IP", "127.0.0.1")]
    [TestCase("X-Client-IP", "10.0.0.7")]
    [TestCase("True-Client-IP", "10.0.0.7")]
    [TestCase("x-forwarded-prefix", "/")]
    [TestCase("X-Envoy-External-Address", "10.0.0.7")]
    [TestCase("CF-Connecting-IP", "10.0.0.7")]
    [TestCase("X-Original-For", "10.0.0.7:99")]
    [TestCase("Host", "rebound.example")]
    [TestCase("Host", "127.0.0.1.rebound.example")]
    public async Task Request_ThroughAProxyOrUnderAForeignName_IsRefused(string header, string value) =>
        Assert.That(await StatusAsync(_host, HttpMethod.Get, "stores", (header, value)), Is.EqualTo(HttpStatusCode.Forbidden));

    [TestCase("X-Forwarded-For", "127.0.0.1")]
    [TestCase("X-Forwarded-For", "10.0.0.7, 127.0.0.1")]
    public async Task Request_WhosePeerTheHostTakesFromAHeader_IsRefused(string header, string value)
    {
        _peer = IPAddress.Parse("10.0.0.7");
        await using DashboardHost trusting = await DashboardHost.StartAsync(before: app =>
        {
            Pretend(app);
            ForwardedHeadersOptions anyone = new() { ForwardedHeaders = ForwardedHeaders.All };
            anyone.KnownProxies.Clear();
            anyone.KnownIPNetworks.Clear();
            app.UseForwardedHeaders(anyone);
            app.Use(next => context =>
            {
                context.Response.Headers["Peer"] = context.Connection.RemoteIpAddress!.ToString();
                return next(context);
            });
        });
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(trusting.Page, "api/stores"));
        request.Headers.Host = "localhost";
        request.Headers.Add(header, value);
        using HttpResponseMessage answer = await trusting.Client.SendAsync(request);
        Assert.That(answer.Headers.GetValues("Peer").Single(), Is.EqualTo("127.0.0.1"), "the middleware believes it");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase("1.0", HttpStatusCode.Forbidden)]
    [TestCase("1.1", HttpStatusCode.OK)]
    public async Task Request_OfAVersionThatOnlyProxiesSpeak_IsRefused(string version, HttpStatusCode expected)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_host.Page, "api/stores"))
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage answer = await _host.Client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(expected));
    }

    [TestCase("localhost:99")]
    [TestCase("signals.localhost")]
    [TestCase("[::1]:99")]
    public async Task Request_UnderANameOfThisMachine_IsAnswered(string host) =>
        Assert.That(await StatusAsync(_host, HttpMethod.Get, "stores", ("Host", host)), Is.EqualTo(HttpStatusCode.OK));

    [TestCase("Origin", "https://evil.example")]
    [TestCase("Origin", "null")]
    [TestCase("Origin", "http://127.0.0.1:1")]
    [TestCase("Sec-Fetch-Site", "cross-site")]
    [TestCase("Sec-Fetch-Site", "same-site")]
    public async Task Request_OfAForeignPage_IsRefusedAlsoWithTheHeader(string header, string value)
    {
        Assert.That(
            await StatusAsync(_host, HttpMethod.Post, "stores/shop/flush", (Header, "1"), (header, value)),
            Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await StatusAsync(_host, HttpMethod.Get, "stores", (header, value)), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Change_OfTheOwnPage_IsMade()
    {
        string own = _host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.That(
            await StatusAsync(
                _host, HttpMethod.Post, "stores/shop/flush", (Header, "1"), ("Origin", own), ("Sec-Fetch-Site", "same-origin")),
            Is.EqualTo(HttpStatusCode.Accepted));
    }

    [TestCase("stores/shop/flush")]
    [TestCase("stores/shop/erase?user=alice")]
    [TestCase("stores/shop/definitions")]
    [TestCase("stores/shop/check")]
    public async Task Change_WithoutTheHeader_IsRefused(string path) =>
        Assert.That(await StatusAsync(_host, HttpMethod.Post, path), Is.EqualTo(HttpStatusCode.Forbidden));

    [TestCase("stores/shop/flush")]
    [TestCase("stores/shop/compact")]
    [TestCase("stores/shop/verify")]
    [TestCase("stores/shop/checkpoint?name=a")]
    [TestCase("stores/shop/erase?user=alice")]
    [TestCase("stores/shop/definitions")]
    [TestCase("stores/shop/definitions/feed/rollback")]
    [TestCase("stores/shop/work/1/cancel")]
    [TestCase("stores/shop/work/1/forget")]
    public async Task Change_OfAReadOnlyPage_IsRefused(string path)
    {
        await using DashboardHost host = await DashboardHost.StartAsync();
        await host.AppendViewsAsync(UserId.From("alice"), 1);
        (HttpStatusCode status, JsonElement answer) = await host.PostAsync(path, "{}");
        Assert.That(status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(answer.GetProperty("error").GetString(), Does.Contain("AllowChanges"));
        (_, JsonElement user) = await host.GetAsync("stores/shop/user?user=alice");
        Assert.That(user.GetProperty("rows").GetArrayLength(), Is.EqualTo(1));
    }

    [TestCase("stores/shop/flush")]
    [TestCase("stores/shop/erase?user=alice")]
    public async Task Change_AskedForWithGet_IsNotThere(string path) =>
        Assert.That(await StatusAsync(_host, HttpMethod.Get, path, (Header, "1")), Is.EqualTo(HttpStatusCode.MethodNotAllowed));

    [TestCase("stores/other/overview", HttpStatusCode.NotFound)]
    [TestCase("stores/%3Cscript%3E/overview", HttpStatusCode.NotFound)]
    [TestCase("stores/shop/definitions/none", HttpStatusCode.NotFound)]
    [TestCase("stores/shop/sequence?user=alice&definition=none", HttpStatusCode.NotFound)]
    [TestCase("stores/shop/sequence?user=alice", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user?user=007", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user?user=a&user=b", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user?user=alice&last=0", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user?user=alice&last=1001", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user?user=alice&last=99999999999999999999", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user?user=alice&last=1e3", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user?user=alice&since_ms=-1", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user?user=alice&since_ms=9223372036854775807", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/user?user=alice&type=none", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/overview?after=x", HttpStatusCode.BadRequest)]
    public async Task Question_ThatMakesNoSense_IsRefusedWithASentence(string path, HttpStatusCode expected)
    {
        (HttpStatusCode status, JsonElement answer) = await _host.GetAsync(path);
        Assert.That(status, Is.EqualTo(expected));
        Assert.That(answer.GetProperty("error").GetString(), Is.Not.Empty);
    }

    [TestCase("stores/shop/checkpoint?name=a", HttpStatusCode.Conflict)]
    [TestCase("stores/shop/definitions/feed/activate?version=0", HttpStatusCode.BadRequest)]
    [TestCase("stores/shop/definitions/feed/remove", HttpStatusCode.NotFound)]
    [TestCase("stores/shop/work/5/cancel", HttpStatusCode.NotFound)]
    [TestCase("stores/shop/erase?user=", HttpStatusCode.BadRequest)]
    public async Task Change_ThatMakesNoSense_IsRefused(string path, HttpStatusCode expected) =>
        Assert.That((await _host.PostAsync(path)).Status, Is.EqualTo(expected));

    [TestCase("../outside")]
    [TestCase("..")]
    [TestCase(".hidden")]
    [TestCase("a/b")]
    [TestCase("a b")]
    public async Task Checkpoint_WithANameThatLeadsElsewhere_IsRefused(string name)
    {
        await using DashboardHost host = await DashboardHost.StartAsync(page =>
        {
            page.AllowChanges = true;
            page.CheckpointFolder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        });
        (HttpStatusCode status, _) = await host.PostAsync($"stores/shop/checkpoint?name={Uri.EscapeDataString(name)}");
        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Definition_LongerThanAnyMayBe_IsRefusedWithoutBeingReadWhole()
    {
        (HttpStatusCode status, _) = await _host.PostAsync("stores/shop/check", new string(' ', (1024 * 1024) + 1));
        Assert.That(status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task Answers_EachSayWhatABrowserMustNotDo()
    {
        foreach (Uri address in new[] { _host.Page, new Uri(_host.Page, "api/stores"), new Uri(_host.Page, "api/stores/none/storage") })
        {
            using HttpResponseMessage answer = await _host.Client.GetAsync(address);
            Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none'"));
            Assert.That(answer.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
            Assert.That(answer.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
        }
    }

    [TestCase("signals", "/signals/")]
    public async Task Page_AskedForWithoutASlash_LeadsToTheOneWithIt(string path, string expected)
    {
        using HttpResponseMessage answer = await _host.Client.GetAsync(new Uri(_host.Client.BaseAddress!, path));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(answer.Headers.Location!.OriginalString, Is.EqualTo(expected));
    }

    [TestCase("Signals.Dashboard.dll")]
    [TestCase("..%2fweb.config")]
    [TestCase("wwwroot%2fapp.css")]
    public async Task File_ThatThePageHasNot_IsNotFound(string name)
    {
        using HttpResponseMessage answer = await _host.Client.GetAsync(new Uri(_host.Page, name));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task File_ThatTheBrowserHas_IsNotSentAgain()
    {
        using HttpResponseMessage first = await _host.Client.GetAsync(new Uri(_host.Page, "app.css"));
        using HttpRequestMessage again = new(HttpMethod.Get, new Uri(_host.Page, "app.css"));
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await _host.Client.SendAsync(again);
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
    }

    [Test]
    public async Task Policy_OfTheHost_HoldsForEveryPath()
    {
        await using WebApplication app = WebApplication.CreateSlimBuilder().Build();
        List<string> seen = [];
        app.MapSignals("/s").Add(endpoint => seen.Add(endpoint.DisplayName!));
        int mapped = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).Count();
        Assert.That(seen, Has.Count.EqualTo(mapped).And.Count.GreaterThan(15));
    }

    [TestCase("")]
    [TestCase("/")]
    [TestCase("/{a}")]
    public void MapSignals_WithoutAPath_IsRefused(string prefix)
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();
        Assert.That(() => app.MapSignals(prefix), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void AddStore_WithANameThatIsUsedOrCannotBeInAPath_IsRefused()
    {
        DashboardOptions options = new();
        options.AddStore("a", _host.Store);
        Assert.That(() => options.AddStore("a", _host.Store), Throws.ArgumentException);
        Assert.That(() => options.AddStore("a/b", _host.Store), Throws.ArgumentException);
        Assert.That(() => options.AddStore("..", _host.Store), Throws.ArgumentException);
    }

    [TestCase(0.01, 60)]
    [TestCase(61, 600)]
    [TestCase(1, 0.5)]
    [TestCase(0.1, 100_000)]
    public void MapSignals_WithSamplesOutOfBounds_IsRefused(double interval, double history)
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();
        Assert.That(
            () => app.MapSignals("/signals", page =>
            {
                page.SampleInterval = TimeSpan.FromSeconds(interval);
                page.History = TimeSpan.FromSeconds(history);
            }),
            Throws.ArgumentException);
    }

    // The peer of every request, as if it came from there.
    private void Pretend(IApplicationBuilder app) => app.Use(next => context =>
    {
        context.Connection.RemoteIpAddress = _peer;
        return next(context);
    });

    private static async Task<HttpStatusCode> StatusAsync(
        DashboardHost host, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, new Uri(host.Page, "api/" + path));
        foreach ((string name, string value) in headers)
        {
            Assert.That(request.Headers.TryAddWithoutValidation(name, value));
        }

        using HttpResponseMessage answer = await host.Client.SendAsync(request);
        return answer.StatusCode;
    }
}
