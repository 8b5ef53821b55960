export const metadata = { title: 'A shop' };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body data-pageleap-page-type="home">{children}</body>
    </html>
  );
}
