using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Invoke;

internal sealed class InvokeFeature(SidecarContext context) : ISidecarFeature
{
    public void Map(SidecarRoutes routes)
    {
        _ = context;
    }

    public static Task InvokeByHeaderAsync(SidecarContext context, HttpContext http) => DaprError.UnknownRoute.WriteAsync(http);
}
